"""How is the report of one case set, so that it fits one page of A4?"""

CASE_STYLE = """
body{max-width:194mm;padding:6mm 2mm;font-size:9pt;line-height:1.3}
h1{font-size:14pt;margin:1mm 0 0}
h2{font-size:9.5pt;margin:2.2mm 0 .6mm}
p{margin:0 0 .8mm}
ul{margin:0;padding-left:4mm}
.answer{font-size:10.5pt;margin:.8mm 0 2mm}
.use{font-size:7.5pt;margin:0 2mm 0 0}
.synthetic{background:#F6C667;font-weight:600}
.muted,figcaption,footer{font-size:7.4pt;line-height:1.25}
table{font-size:8pt}
th,td{padding:.35mm 2.5mm .35mm 0}
td svg{width:22mm;height:3.2mm}
.abreast{display:grid;gap:2mm}
.n2{grid-template-columns:1fr 1fr}
.n3{grid-template-columns:1fr 1fr 1fr}
.n4{grid-template-columns:1fr 1fr 1fr 1fr}
.abreast svg{max-height:56mm!important}
figure h3{font-size:8pt;font-weight:600;margin:0 0 .4mm}
.beside{display:grid;grid-template-columns:repeat(auto-fit,minmax(80mm,1fr));gap:0 5mm}
.values span{display:inline-block;margin-right:3mm}
footer{margin-top:2mm;padding-top:1mm}
@page{size:A4;margin:9mm 8mm}
@media print{body{padding:0;max-width:none;font-size:8.4pt;line-height:1.25}
h1{font-size:13pt}h2{margin-top:1.8mm}
.answer{font-size:9.5pt}
table{font-size:7.6pt}th,td{padding:.25mm 2mm .25mm 0}
td svg{width:20mm}
.synthetic{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
"""
"""Rules that follow those of every report."""
