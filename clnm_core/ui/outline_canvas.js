// How does a person draw an outline on a picture, with a mouse, a finger or the keys?
//
// Shows what Python sends as data; tells it what was drawn by the trigger "drawn". Points are
// [column, row] in pixels of the picture, with pixel centres at whole numbers.

const SVG = "http://www.w3.org/2000/svg"
const MOST_POINTS = 2000 // of a line drawn by hand; more are thinned out
const CLICK = 4 // a press that moves less than this many pixels of the screen is a click
const CLOSE = 9 // so near to its first point, in pixels of the screen, a line is closed
const canvases = new WeakMap()

class Canvas {
  constructor(parent) {
    this.svg = parent.querySelector("svg")
    this.spoken = parent.querySelector(".spoken")
    this.stage = parent.querySelector(".stage")
    this.bar = parent.querySelector(".bar")
    this.layers = {}
    for (const name of ["picture", "outlines", "ruler", "line", "handles", "cross"]) {
      this.layers[name] = this.svg.appendChild(document.createElementNS(SVG, "g"))
    }
    this.drop()
    this.cursor = null
    this.svg.onpointerdown = (event) => this.press(event)
    this.svg.onpointermove = (event) => this.move(event)
    this.svg.onpointerup = (event) => this.release(event)
    this.svg.onpointercancel = () => this.drop()
    this.svg.ondblclick = () => this.close()
    this.svg.onkeydown = (event) => this.key(event)
    this.svg.onblur = () => this.layers.cross.replaceChildren()
    requestAnimationFrame(() => {
      this.stage.scrollIntoView({ block: "center" })
      // The button that opened the editor is gone, and the focus of whoever pressed it with it.
      if (document.activeElement === document.body) this.svg.focus({ preventScroll: true })
    })
  }

  show(data, tell) {
    const isNew = !this.data || ["stamp", "tool", "colour"].some((name) => this.data[name] !== data[name])
    const isOther = !this.data || this.data.picture !== data.picture
    this.data = data
    this.tell = tell
    this.height = (data.rows * data.pixel_height) // in widths of a pixel
    this.svg.setAttribute("viewBox", `0 0 ${data.columns} ${this.height}`)
    this.svg.setAttribute("aria-label", data.label)
    this.svg.nextElementSibling.textContent = data.keys
    this.svg.style.aspectRatio = `${data.columns} / ${this.height}`
    this.stage.style.width = `min(${100 * data.zoom}%, ${72 * data.zoom}vh * ${data.columns / this.height})`
    if (isOther) {
      const image = element("image", { width: data.columns, height: this.height, href: data.picture,
        preserveAspectRatio: "none" })
      this.layers.picture.replaceChildren(image)
      this.cursor = null
    }
    this.layers.outlines.replaceChildren(...data.outlines.flatMap((one) => [
      element("path", { d: one.path, class: "seam" }),
      element("path", { d: one.path, class: `outline${one.is_drawn ? " drawn" : ""}${one.is_faint ? " faint" : ""}`,
        stroke: one.colour, "stroke-dasharray": one.dashes, "data-structure": one.name }),
    ]))
    this.layers.ruler.replaceChildren(...(data.ruler ? this.ruler(data.ruler) : []))
    this.bar.style.width = `${100 * data.scale.share}%`
    this.bar.hidden = !data.scale.share
    this.bar.nextElementSibling.textContent = data.scale.words
    if (isNew) this.drop()
    this.redraw()
  }

  // ---- what the pointer does

  press(event) {
    if (event.button !== 0 || this.isWaiting()) return
    event.preventDefault()
    this.svg.focus({ preventScroll: true })
    this.layers.cross.replaceChildren()
    const here = this.place(event)
    this.pressed = [event.clientX, event.clientY]
    this.svg.setPointerCapture(event.pointerId)
    if (this.data.tool === "adjust") this.held = this.nearest(here, 14)
    else if (this.data.tool === "ellipse" && !this.points.length) this.points = [here, here]
    this.trail = [here]
  }

  move(event) {
    const here = this.place(event)
    if (!this.pressed) {
      if (this.points.length) { this.ahead = here; this.redraw() }
      return
    }
    if (this.data.tool === "adjust") {
      if (this.held !== null) this.handles[this.held] = here
    } else if (this.data.tool === "ellipse") {
      this.points = [this.points[0], here]
    } else if (this.far(this.trail[this.trail.length - 1], here) > 1.5) {
      this.trail.push(here)
      if (this.trail.length > MOST_POINTS) this.trail = this.trail.filter((_, n) => n % 2 === 0)
    }
    this.redraw()
  }

  release(event) {
    if (!this.pressed) return
    const here = this.place(event)
    const moved = Math.hypot(event.clientX - this.pressed[0], event.clientY - this.pressed[1])
    const isClick = moved < CLICK && this.trail.length < 8
    this.pressed = null
    if (this.data.tool === "adjust") {
      if (this.held !== null && !isClick) this.send("adjusted", this.handles)
      this.held = null
    } else if (this.data.tool === "ellipse") {
      if (!isClick) this.send("ellipse", [this.points[0], here])
      else if (this.corner) this.send("ellipse", [this.corner, here])
      else { this.corner = here; this.points = [here, here] }
    } else if (isClick) {
      this.add(here)
    } else {
      this.points = this.points.concat(this.trail)
      this.close()
    }
    this.trail = []
    this.redraw()
  }

  // ---- what the keys do

  key(event) {
    const step = event.shiftKey ? 10 : 1
    const steps = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }
    const acts = { " ": () => this.set(), Enter: () => this.close(), Backspace: () => this.take(),
      Delete: () => this.take(), Escape: () => this.drop() }
    if (this.isWaiting() || event.ctrlKey || event.metaKey || event.altKey) return
    if (!(event.key in steps) && !(event.key in acts)) return
    event.preventDefault()
    event.stopPropagation()
    this.cursor = this.cursor || [Math.floor(this.data.columns / 2), Math.floor(this.data.rows / 2)]
    if (event.key in steps) {
      const [right, down] = steps[event.key]
      this.cursor = [bounded(this.cursor[0] + right, this.data.columns), bounded(this.cursor[1] + down, this.data.rows)]
      if (this.held !== null) this.handles[this.held] = this.cursor
      if (this.points.length) this.ahead = this.cursor
      if (this.data.tool === "ellipse" && this.corner) this.points = [this.corner, this.cursor]
      this.say(`column ${this.cursor[0] + 1}, row ${this.cursor[1] + 1}`)
    } else {
      acts[event.key]()
    }
    this.redraw()
    this.cross()
  }

  set() {
    if (this.data.tool === "adjust") {
      if (this.held === null) this.held = this.nearest(this.cursor, Infinity)
      else this.send("adjusted", this.handles)
      if (this.held !== null) this.cursor = this.handles[this.held].map(Math.round)
    } else if (this.data.tool === "ellipse") {
      if (this.corner) this.send("ellipse", [this.corner, this.cursor])
      else { this.corner = this.cursor; this.points = [this.cursor, this.cursor] }
    } else {
      this.add(this.cursor)
    }
  }

  take() {
    this.points = this.data.tool === "ellipse" ? [] : this.points.slice(0, -1)
    this.corner = null
    this.say(`${this.points.length} points`)
  }

  // ---- the line that is being drawn

  add(here) {
    if (this.points.length > 2 && this.far(this.points[0], here) < CLOSE) return this.close()
    const last = this.points[this.points.length - 1]
    if (!last || this.far(last, here) > 0) this.points = this.points.concat([here])
    this.say(`point ${this.points.length}`)
  }

  close() {
    if (this.data.tool === "draw" && this.points.length > 2) this.send("polygon", this.points)
  }

  drop() {
    this.points = []
    this.trail = []
    this.ahead = this.corner = this.pressed = this.held = null
    this.waitsUntil = 0
    this.handles = this.data ? this.data.handles.map((point) => [...point]) : []
    if (this.data) this.redraw()
  }

  send(kind, points) {
    this.waitsUntil = performance.now() + 4000 // or until Python has answered with a new stamp
    this.tell("drawn", { kind, points: points.map((p) => p.map((x) => Math.round(x * 100) / 100)), stamp: this.data.stamp })
    this.say("drawn")
  }

  redraw() {
    if (!this.data) return
    const { tool, colour } = this.data
    const parts = []
    if (tool === "ellipse" && this.points.length) {
      const [[x0, y0], [x1, y1]] = this.points.map((point) => this.view(point))
      parts.push(element("ellipse", { cx: (x0 + x1) / 2, cy: (y0 + y1) / 2, rx: Math.abs(x1 - x0) / 2,
        ry: Math.abs(y1 - y0) / 2, stroke: colour, fill: colour }))
    } else if (tool === "draw") {
      const line = this.points.concat(this.trail.length > 1 ? this.trail : this.ahead ? [this.ahead] : [])
      if (this.points.length || this.trail.length > 1) {
        parts.push(element("polygon", { points: line.map((point) => this.view(point).join(" ")).join(","), stroke: colour, fill: colour }))
      }
      if (this.points.length < 60) parts.push(...this.points.map((point) => this.dot(point, 3, colour)))
    } else if (tool === "adjust" && this.handles.length) {
      parts.push(element("polygon", { points: this.handles.map((point) => this.view(point).join(" ")).join(","), stroke: colour, fill: colour }))
    }
    this.layers.line.replaceChildren(...parts)
    this.layers.handles.replaceChildren(...(tool === "adjust"
      ? this.handles.map((point, n) => this.dot(point, n === this.held ? 7 : 5, colour)) : []))
  }

  ruler({ from, to, words }) {
    const [[x0, y0], [x1, y1]] = [this.view(from), this.view(to)]
    const size = this.data.columns / 30
    const text = element("text", { x: Math.min(Math.max(x0, x1) + size / 2, this.data.columns - 4 * size),
      y: (y0 + y1) / 2 + size / 3, "font-size": size })
    text.textContent = words
    return [element("line", { x1: x0, y1: y0, x2: x1, y2: y1, class: "seam" }),
      element("line", { x1: x0, y1: y0, x2: x1, y2: y1 }), text]
  }

  cross() {
    const [x, y] = this.view(this.cursor)
    this.layers.cross.replaceChildren(
      element("line", { x1: x, y1: 0, x2: x, y2: this.height }),
      element("line", { x1: 0, y1: y, x2: this.data.columns, y2: y }))
  }

  isWaiting() {
    return performance.now() < this.waitsUntil
  }

  // ---- places

  dot(point, size, colour) {
    const [cx, cy] = this.view(point)
    const r = size * this.data.columns / (this.svg.getBoundingClientRect().width || 1)
    return element("circle", { cx, cy, r, fill: colour })
  }

  view([column, row]) {
    return [column + 0.5, (row + 0.5) * this.data.pixel_height]
  }

  place(event) {
    const box = this.svg.getBoundingClientRect()
    return [(event.clientX - box.left) / box.width * this.data.columns - 0.5,
      (event.clientY - box.top) / box.height * this.data.rows - 0.5]
  }

  far(one, other) { // in pixels of the screen
    const scale = this.svg.getBoundingClientRect().width / this.data.columns
    return Math.hypot(one[0] - other[0], (one[1] - other[1]) * this.data.pixel_height) * scale
  }

  nearest(here, reach) {
    const gaps = this.handles.map((handle) => this.far(handle, here))
    const least = Math.min(...gaps)
    return least <= reach && gaps.length ? gaps.indexOf(least) : null
  }

  say(words) {
    this.spoken.textContent = words
  }
}

function element(name, attributes) {
  const made = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  return made
}

function bounded(value, count) {
  return Math.min(Math.max(value, 0), count - 1)
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  if (!canvases.has(parentElement)) canvases.set(parentElement, new Canvas(parentElement))
  canvases.get(parentElement).show(data, setTriggerValue)
  return () => canvases.delete(parentElement)
}
