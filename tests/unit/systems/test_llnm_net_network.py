"""Does the network compute what the paper says, and only on tokens that say something?"""

import numpy as np
import pytest
import torch

from clnm_core.systems.llnm_net.blocks import CrossBlock
from clnm_core.systems.llnm_net.config import resolved
from clnm_core.systems.llnm_net.network import LlnmNet
from clnm_core.systems.llnm_net.task import LlnmTask

CONFIG = resolved({"width": 8, "heads": 2, "dropout": 0.0, "report_length": 5})


def linear(layer, x):
    return x @ layer.weight.detach().double().numpy().T + layer.bias.detach().double().numpy()


def normal(layer, x):
    centred = x - x.mean(-1, keepdims=True)
    standard = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + layer.eps)
    return standard * layer.weight.detach().double().numpy() + layer.bias.detach().double().numpy()


def attention(query, key, value, heads):
    wide = query.shape[-1] // heads
    parts = []
    for head in range(heads):
        at = slice(head * wide, (head + 1) * wide)
        score = query[:, at] @ key[:, at].T / np.sqrt(wide)
        weight = np.exp(score - score.max(1, keepdims=True))
        parts.append(weight / weight.sum(1, keepdims=True) @ value[:, at])
    return np.concatenate(parts, axis=1)


def gelu(x):
    return 0.5 * x * (1 + torch.erf(torch.from_numpy(x) / np.sqrt(2)).numpy())


def after(stream, x, attended):
    x = x + linear(stream.out, attended)
    inner = linear(stream.after[1], normal(stream.after[0], x))
    return x + linear(stream.after[3], gelu(inner))


@pytest.mark.parametrize("fusion", ["bidirectional", "unidirectional"])
def test_a_cross_block_is_the_papers_formula(fusion):
    config = resolved({**CONFIG.to_dict(), "fusion": fusion})
    torch.manual_seed(1)
    block = CrossBlock(config).double().eval()
    with torch.no_grad():
        for weight in block.parameters():
            weight.add_(0.3 * torch.randn_like(weight))
    random = np.random.default_rng(2)
    picture, report = random.normal(size=(7, 8)), random.normal(size=(5, 8))
    both = (torch.ones(1, 7, dtype=torch.bool), torch.ones(1, 5, dtype=torch.bool))
    with torch.no_grad():
        found = block(torch.from_numpy(picture)[None], torch.from_numpy(report)[None], both)

    def asked(stream, x):
        x = normal(stream.norm, x)
        return linear(stream.query, x), linear(stream.key, x), linear(stream.value, x)

    image, text = asked(block.picture, picture), asked(block.report, report)
    t_image = attention(*image, 2) + block.to_report.item() * attention(image[0], *text[1:], 2)
    t_text = attention(*text, 2)
    if fusion == "bidirectional":
        t_text = t_text + block.to_picture.item() * attention(text[0], *image[1:], 2)
    np.testing.assert_allclose(
        found[0][0].numpy(), after(block.picture, picture, t_image), atol=1e-9
    )
    np.testing.assert_allclose(found[1][0].numpy(), after(block.report, report, t_text), atol=1e-9)


def test_recording_attention_changes_nothing_and_rows_add_up_to_one():
    torch.manual_seed(1)
    block = CrossBlock(CONFIG).eval()
    picture, report = torch.randn(3, 7, 8), torch.randn(3, 5, 8)
    says = (torch.rand(3, 7) < 0.7, torch.rand(3, 5) < 0.7)
    for one in says:
        one[:, 0] = True
    seen = []
    plain = block(picture, report, says)
    recorded = block(picture, report, says, seen)
    for one, other in zip(plain, recorded, strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-5)
    assert seen[0].shape == (3, 12, 12)
    torch.testing.assert_close(seen[0].sum(-1), torch.ones(3, 12))
    hidden = ~torch.cat(says, dim=1)
    assert seen[0].transpose(1, 2)[hidden].abs().max().item() == 0


SHAPES = {"location": (4, 3), "age": (1, 2)}


def a_batch(n=3):
    random = torch.Generator().manual_seed(0)
    ids = torch.randint(4, 9, (n, 5), generator=random)
    ids[:, 3:] = 0
    return {
        "value.location": torch.randn(n, 2, 4, 3, generator=random),
        "says.location": torch.tensor([True, True, False, False]).expand(n, 2, 4).clone(),
        "value.age": torch.randn(n, 2, 1, 2, generator=random),
        "says.age": torch.ones(n, 2, 1, dtype=torch.bool),
        "ids": ids,
        "numbers": torch.zeros(n, 5),
    }


def awake(config):
    """A network none of whose weights is still zero, as the last ones are at first."""
    torch.manual_seed(0)
    network = LlnmNet(config, SHAPES, vocabulary=9, length=5).eval()
    with torch.no_grad():
        for weight in (*network.parameters(), network.line):
            weight.add_(0.1 * torch.randn_like(weight))
    return network


@pytest.mark.parametrize("pool", ["groups", "mean"])
def test_shapes_and_tokens_that_say_nothing_change_nothing(pool):
    network = awake(resolved({**CONFIG.to_dict(), "pool": pool}))
    batch = a_batch()
    found = network(batch)
    assert found.log_odds.shape == (3,)
    assert found.stages.shape == (3, 3)
    other = {**batch, "value.location": batch["value.location"].clone()}
    other["value.location"][:, :, 2:] += 100
    torch.testing.assert_close(network(other).log_odds, found.log_odds)
    other["value.location"][:, :, 0] += 1
    assert not torch.allclose(network(other).log_odds, found.log_odds)


def test_the_log_odds_of_two_views_are_averaged():
    network = awake(CONFIG)
    batch = a_batch()
    parts = []
    for place in range(2):
        once = {name: one[:, [place, place]] if "." in name else one for name, one in batch.items()}
        parts.append(network(once).log_odds)
    torch.testing.assert_close(network(batch).log_odds, (parts[0] + parts[1]) / 2)


@pytest.mark.parametrize("config", [{}, {"cross_blocks": 0}, {"fusion": "unidirectional"}], ids=str)
def test_every_weight_takes_part_in_a_step(config):
    chosen = resolved({**CONFIG.to_dict(), **config})
    torch.manual_seed(0)
    network = LlnmNet(chosen, SHAPES, vocabulary=9, length=5)
    arrays = {name: one.numpy() for name, one in a_batch(4).items()}
    y_true, stage = np.array([True, False, True, False]), np.array([-1, -1, -1, -1])
    task = LlnmTask(chosen, 9, 5, arrays, y_true, stage, arrays, y_true)
    batch = task.batch(np.arange(4), augment=np.random.default_rng(0))
    loss = task.loss(network(batch), batch)
    loss.backward()
    idle = [name for name, weight in network.named_parameters() if weight.grad is None]
    assert idle == []
    assert np.isfinite(float(loss.detach()))


def test_altered_batches_come_from_the_generator_alone_and_unaltered_ones_are_exact():
    arrays = {name: one.numpy() for name, one in a_batch(4).items()}
    y_true = np.array([True, False, True, False])
    task = LlnmTask(CONFIG, 9, 5, arrays, y_true, np.array([0, 1, 2, -1]), arrays, y_true)
    plain = task.batch(np.array([2, 0]), augment=None)
    assert np.array_equal(plain["value.location"].numpy(), arrays["value.location"][[2, 0]])
    one, same, other = (
        task.batch(np.arange(4), augment=np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    assert torch.equal(one["value.location"], same["value.location"])
    assert not torch.equal(one["value.location"], other["value.location"])


def test_the_published_network_takes_a_step():
    """Patch 16, 768 wide, 12 heads, 4 + 12 blocks; two patients, a part of each image, on a CPU."""
    config = resolved({"size": "paper"})
    shapes = {"location": (9, 256), "texture": (9, 256), "margin": (9, 256)}
    shapes |= {name: (1, 1) for name in ("echogenicity", "shape")}
    shapes |= {name: (1, 2) for name in ("sex", "age")}
    random = np.random.default_rng(0)
    arrays = {
        f"value.{name}": random.normal(size=(2, 2, *shape)).astype(np.float16)
        for name, shape in shapes.items()
    }
    arrays |= {f"says.{name}": np.ones((2, 2, count), bool) for name, (count, _) in shapes.items()}
    arrays |= {"ids": np.full((2, 50), 4), "numbers": np.zeros((2, 50), np.float32)}
    y_true = np.array([True, False])
    task = LlnmTask(config, 30, 50, arrays, y_true, np.array([0, -1]), arrays, y_true)
    torch.manual_seed(0)
    network = task.network()
    assert len(network.cross) == 4
    assert len(network.blocks) == 12
    optimizer = torch.optim.AdamW(network.parameters(), lr=config.learning_rate)
    batch = task.batch(np.arange(2), augment=None)
    loss = task.loss(network(batch), batch)
    loss.backward()
    before = network.embed["location"].weight.detach().clone()
    optimizer.step()
    assert np.isfinite(float(loss.detach()))
    assert not torch.equal(before, network.embed["location"].weight)
