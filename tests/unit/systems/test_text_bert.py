"""Is a BERT in a folder read without any network, any code of it, or any pickle?"""

import json
import socket
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from clnm_core.errors import ClnmError, FeatureError, ModelError
from clnm_core.systems.llnm_net.text.bert_folder import BertEncoder, open_folder

WORDS = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "solid",
    "nod",
    "##ule",
    "左",
    "叶",
    "mm",
    "9",
]
SHAPE = {
    "model_type": "bert",
    "vocab_size": 16,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 40,
    "type_vocab_size": 2,
}
REPORTS = ["Solid nodule 9 mm 左叶", "solid", None]


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A folder as Hugging Face would write it, with a few random weights."""
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("bert")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        bert = BertModel(BertConfig(**SHAPE), add_pooling_layer=True)
    weights = {f"bert.{name}": values for name, values in bert.state_dict().items()}
    save_file(weights, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(SHAPE), encoding="utf-8")
    (folder / "vocab.txt").write_text("\n".join(WORDS) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def folder(made, tmp_path) -> Path:
    """The same folder, to be spoiled."""
    for file in made.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    return tmp_path


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Nothing that is done here may open a connection."""

    def refuse(*arguments):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def inputs(folder: Path, reports=REPORTS, most: int = 12):
    found = open_folder(folder).reader(most=most).encoded(reports)
    return torch.from_numpy(found.ids), torch.from_numpy(found.values)


def test_a_report_becomes_the_pieces_of_the_folder(made):
    reader = open_folder(made).reader(most=12)
    assert reader.tokens("Solid nodule 9 mm 左叶") == [
        "[CLS]", "solid", "nod", "##ule", "9", "mm", "左", "叶", "[SEP]"]  # fmt: skip
    found = reader.encoded(REPORTS)
    assert found.ids.shape == (3, reader.length) == (3, 14)
    assert found.lengths.tolist() == [9, 3, 2]
    assert (found.ids > 0).sum(axis=1).tolist() == [9, 3, 2]


@pytest.mark.parametrize(
    "text", ["🦋" * 9, "\ud800x", "\u202e\x00", "x" * 1_000_000, "9 " * 500_000],
    ids=["emoji", "half", "marks", "word", "long"],
)  # fmt: skip
def test_unusual_reports_are_read_within_the_length(made, text):
    reader = open_folder(made).reader(most=12)
    assert len(reader.tokens(text)) <= reader.length
    assert reader.encoded([text]).ids.shape == (1, 14)


def test_the_papers_limit_counts_characters(made):
    reader = open_folder(made).reader(most=6, counted_in="characters")
    assert reader.tokens("solid nodule")[1:-1] == ["solid"]


def test_a_report_is_read_the_same_whatever_is_beside_it(made):
    network = BertEncoder(open_folder(made), 16).eval()
    with torch.inference_mode():
        together, is_word = network(*inputs(made))
        for row, report in enumerate(REPORTS):
            alone, _ = network(*inputs(made, [report]))
            torch.testing.assert_close(alone[0], together[row], rtol=1e-5, atol=1e-5)
    assert is_word.sum(dim=1).tolist() == [9, 3, 2]
    assert (together[~is_word] == 0).all()


def test_the_vectors_are_those_of_transformers_itself(made, tmp_path):
    from transformers import BertModel

    for file in made.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    own = BertModel.from_pretrained(tmp_path, local_files_only=True, add_pooling_layer=False).eval()
    ids, values = inputs(made)
    with torch.inference_mode():
        expected = own(
            input_ids=(ids - 1).clamp(min=0), attention_mask=(ids > 0).long()
        ).last_hidden_state
        found, is_word = BertEncoder(open_folder(made), 16).eval()(ids, values)
    torch.testing.assert_close(found[is_word], expected[is_word], rtol=1e-5, atol=1e-5)


def test_a_frozen_bert_is_neither_trained_nor_kept_with_the_model(made):
    network = BertEncoder(open_folder(made), 8).train()
    tokens, _ = network(*inputs(made))
    tokens.square().sum().backward()
    assert set(network.state_dict()) == {"fit.weight", "fit.bias"}
    assert {name for name, _ in network.named_parameters()} == {"fit.weight", "fit.bias"}
    with torch.no_grad():
        again, _ = network(*inputs(made))
    assert torch.equal(again, tokens)


def test_a_trained_bert_learns_along_and_is_kept(made):
    network = BertEncoder(open_folder(made), 16, is_frozen=False)
    network(*inputs(made))[0].square().sum().backward()
    assert network.bert.embeddings.word_embeddings.weight.grad.abs().sum() > 0
    other = BertEncoder(open_folder(made), 16, is_frozen=False)
    other.load_state_dict(network.state_dict())
    assert len(network.state_dict()) > 30


def test_opening_a_folder_draws_no_random_number_of_the_training(made):
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    open_folder(made).network()
    assert torch.equal(torch.rand(1), expected)


def test_a_model_knows_its_folder_by_the_digest(folder):
    digest = open_folder(folder).digest
    assert open_folder(folder, digest=digest).digest == digest
    weights = load_file(folder / "model.safetensors")
    name = "bert.encoder.layer.0.output.dense.bias"
    save_file(weights | {name: weights[name] + 1}, folder / "model.safetensors")
    with pytest.raises(ModelError, match="not the one that this model was trained with"):
        open_folder(folder, digest=digest)


def test_the_names_of_older_files_are_understood(folder):
    weights = load_file(folder / "model.safetensors")
    older = {
        name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"):
        values for name, values in weights.items()
    }  # fmt: skip
    expected = open_folder(folder).network().state_dict()
    save_file(older, folder / "model.safetensors")
    found = open_folder(folder).network().state_dict()
    assert all(torch.equal(found[name], expected[name]) for name in expected)


def test_a_pickle_is_refused(folder):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match="as a pickle only"):
        open_folder(folder)


def test_code_that_a_config_names_is_never_fetched(folder):
    hostile = SHAPE | {
        "auto_map": {"AutoModel": "somebody/evil--modeling.Evil"},
        "_attn_implementation": "somebody/kernel",
        "attn_implementation": "somebody/kernel",
        "quantization_config": {"quant_method": "gptq"},
    }
    (folder / "config.json").write_text(json.dumps(hostile), encoding="utf-8")
    (folder / "adapter_config.json").write_text(
        json.dumps({"base_model_name_or_path": "somebody/evil"}), encoding="utf-8"
    )
    network = BertEncoder(open_folder(folder), 16).eval()
    assert network(*inputs(folder))[0].shape == (3, 14, 16)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("config.json", b"{"),
        ("config.json", b"[]"),
        ("config.json", b'{"a":' * 100_000),
        ("config.json", json.dumps(SHAPE | {"model_type": "gpt2"}).encode()),
        ("config.json", json.dumps(SHAPE | {"hidden_size": 10**9}).encode()),
        ("config.json", json.dumps(SHAPE | {"hidden_size": "16"}).encode()),
        ("config.json", json.dumps(SHAPE | {"hidden_size": 15}).encode()),
        ("config.json", json.dumps(SHAPE | {"num_attention_heads": 0}).encode()),
        ("config.json", json.dumps(SHAPE | {"num_hidden_layers": True}).encode()),
        ("config.json", json.dumps(SHAPE | {"hidden_act": "eval"}).encode()),
        ("config.json", json.dumps(SHAPE | {"hidden_dropout_prob": "x"}).encode()),
        ("config.json", json.dumps(SHAPE | {"num_hidden_layers": 3}).encode()),
        ("config.json", json.dumps(SHAPE | {"hidden_size": 32}).encode()),
        ("config.json", json.dumps(SHAPE | {"vocab_size": 5}).encode()),
        ("model.safetensors", b"no weights"),
        ("vocab.txt", b"solid\n"),
        ("vocab.txt", b"\xff\xfe\x00"),
        ("tokenizer.json", b"{}"),
        ("tokenizer.json", b"\x00"),
        ("tokenizer_config.json", b"["),
    ],
    ids=["cut", "list", "deep", "kind", "huge", "text", "odd", "zero", "flag", "act", "share",
         "layers", "wide", "few", "weights", "words", "bytes", "empty", "nul", "settings"],
)  # fmt: skip
def test_a_damaged_folder_is_refused_in_a_sentence(folder, name, content):
    (folder / name).write_bytes(content)
    with pytest.raises(ClnmError) as caught:
        BertEncoder(open_folder(folder), 16)(*inputs(folder))
    assert str(caught.value).endswith(".")
    assert "Error" not in str(caught.value)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "vocab.txt"])
def test_a_file_that_is_missing_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(ModelError, match=name.replace(".", r"\.")):
        open_folder(folder)


def test_weights_that_are_not_finite_are_refused(folder):
    weights = load_file(folder / "model.safetensors")
    name = "bert.encoder.layer.0.output.dense.bias"
    save_file(weights | {name: weights[name] * float("nan")}, folder / "model.safetensors")
    with pytest.raises(FeatureError, match="not finite"):
        open_folder(folder).network()


def test_more_tokens_than_it_has_places_for_are_refused(made):
    with pytest.raises(ModelError, match="reads 40 tokens at most"):
        open_folder(made).reader(most=39)
