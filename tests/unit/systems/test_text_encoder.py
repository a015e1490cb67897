"""Does the small transformer read each report by itself, words and numbers alike?"""

import numpy as np
import pytest
import torch

from clnm_core.systems.llnm_net.text.encoder import TextEncoder
from clnm_core.systems.llnm_net.text.tokens import learn_tokenizer

REPORTS = [
    "Left lobe: solid nodule of 9.5 mm. No calcification. Suspicious nodes. Further nodules.",
    "Solid nodule of 31 mm.",
    None,
]


def encoder(layers: int = 2, seed: int = 0) -> TextEncoder:
    torch.manual_seed(seed)
    return TextEncoder(64, 16, layers=layers, heads=4, dropout=0.2, length=20)


def inputs(reports=REPORTS):
    found = learn_tokenizer(REPORTS, most=20, least=1).encoded(reports)
    return torch.from_numpy(found.ids), torch.from_numpy(found.values)


@pytest.mark.parametrize("layers", [0, 2])
def test_a_report_is_read_the_same_whatever_is_beside_it(layers):
    network = encoder(layers).eval()
    with torch.inference_mode():
        together, _ = network(*inputs())
        for row, report in enumerate(REPORTS):
            alone, _ = network(*inputs([report]))
            torch.testing.assert_close(alone[0], together[row], rtol=1e-5, atol=1e-6)


def test_what_lies_behind_the_report_is_zero_and_moves_nothing():
    network = encoder().eval()
    ids, values = inputs()
    with torch.inference_mode():
        before, is_word = network(ids, values)
        network.places[10:] *= -50.0
        after, _ = network(ids, values)
    assert is_word.sum(dim=1).tolist() == [13, 5, 1]
    assert (before[~is_word] == 0).all()
    torch.testing.assert_close(after[1], before[1], rtol=1e-5, atol=1e-6)
    assert (after[0] - before[0]).abs().max() > 1e-3


def test_a_number_says_how_large_it_is():
    network = encoder().eval()
    with torch.inference_mode():
        sizes = torch.stack(
            [network(*inputs([f"Solid nodule of {mm} mm."]))[0][0, 3] for mm in (5, 6, 40)]
        )
    assert (sizes[2] - sizes[0]).norm() > (sizes[1] - sizes[0]).norm() > 0


def test_the_same_seed_gives_the_same_vectors_and_training_moves_every_weight_in_use():
    one, other = (encoder()(*inputs())[0] for _ in range(2))
    assert torch.equal(one, other)
    network = encoder()
    network(*inputs())[0].square().sum().backward()
    without = [name for name, weight in network.named_parameters() if weight.grad is None]
    assert without == []
    assert network.words.weight.grad[0].abs().sum() == 0


def test_the_encoder_can_learn_what_a_report_says():
    """A size above 15 mm with a negation in front of the nodes; neither alone decides."""
    draw = np.random.default_rng(100)
    sizes, has = draw.uniform(4, 40, 160), draw.random(160) < 0.5
    reports = [
        f"Nodule of {mm:.1f} mm. {'Suspicious' if nodes else 'No suspicious'} nodes."
        for mm, nodes in zip(sizes, has, strict=True)
    ]
    target = torch.from_numpy(((sizes > 15) & has).astype(np.float32))
    found = learn_tokenizer(reports, most=20).encoded(reports)
    network, head = encoder(1), torch.nn.Linear(16, 1)
    optimiser = torch.optim.AdamW([*network.parameters(), *head.parameters()], lr=1e-2)
    ids, values = torch.from_numpy(found.ids), torch.from_numpy(found.values)
    for _ in range(40):
        tokens, is_word = network(ids, values)
        logit = head(tokens.sum(dim=1) / is_word.sum(dim=1, keepdim=True))[:, 0]
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logit, target)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    network.eval()
    with torch.inference_mode():
        tokens, is_word = network(ids, values)
        logit = head(tokens.sum(dim=1) / is_word.sum(dim=1, keepdim=True))[:, 0]
    assert ((logit > 0) == (target > 0.5)).float().mean() > 0.9
