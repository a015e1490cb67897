"""Is a network had with the weights that are at hand, and are unfit ones refused?"""

from __future__ import annotations

import pickle
import shutil
import socket
import time
import zipfile

import pytest
import torch
from safetensors.torch import load_file, save_file

from clnm_core.errors import FeatureError
from clnm_core.features import hub
from clnm_core.features.backbones import load_backbone, weights_digest

TINY = "test_resnet"
REPOSITORY = "timm/test_resnet.r160_in1k"


@pytest.fixture(scope="module")
def other():
    """The tiny network with other random weights than those of seed 0."""
    return load_backbone(TINY, pretrained=False, seed=7)


@pytest.fixture
def no_cache(monkeypatch, tmp_path):
    import huggingface_hub

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    return tmp_path / "hub"


def saved(tmp_path, weights, name="weights.safetensors"):
    path = tmp_path / name
    if path.suffix == ".safetensors":
        save_file({key: value.contiguous() for key, value in weights.items()}, path)
    else:
        torch.save(weights, path)
    return path


def test_random_weights_follow_the_seed_and_leave_the_callers_random_numbers_alone():
    torch.default_generator.manual_seed(3)
    before = torch.default_generator.get_state()
    one, two = (load_backbone(TINY, pretrained=False, seed=5) for _ in range(2))
    assert torch.equal(torch.default_generator.get_state(), before)
    assert one.digest == two.digest
    assert one.digest != load_backbone(TINY, pretrained=False, seed=6).digest
    assert one.weights == "random, seed 5: no pretrained weights"


def test_the_digest_sees_one_changed_weight_and_not_the_layout_in_memory():
    mine = load_backbone(TINY, pretrained=False, seed=7)
    assert weights_digest(mine.network.to(memory_format=torch.channels_last)) == mine.digest
    next(iter(mine.network.state_dict().values()))[0, 0, 0, 0] += 1
    assert weights_digest(mine.network) != mine.digest


def test_a_name_that_is_no_network_is_answered_with_close_ones():
    with pytest.raises(FeatureError, match=r"no backbone 'resnet81'\. Did you mean .*resnet18"):
        load_backbone("resnet81")
    with pytest.raises(FeatureError, match="Choose one that timm lists"):
        load_backbone("hf-hub:someone/something")
    with pytest.raises(FeatureError, match="without what follows its point"):
        load_backbone("resnet18.no_such_tag")


def test_without_a_network_random_weights_come_within_seconds(monkeypatch, no_cache):
    def hanging(*_, **__):
        time.sleep(1.5)
        raise socket.gaierror("no answer")

    monkeypatch.setattr(socket, "getaddrinfo", hanging)
    monkeypatch.setattr(hub, "QUESTION_S", 0.2)
    start = time.perf_counter()
    assert hub.weights_file(REPOSITORY) is None
    assert time.perf_counter() - start < 1.4
    assert load_backbone(TINY).weights == "random, seed 0: no pretrained weights"


def test_offline_mode_asks_nobody(monkeypatch, no_cache):
    import huggingface_hub

    def refused(*_, **__):
        raise AssertionError("the network was asked")

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    monkeypatch.setattr(hub, "_answers", refused)
    assert load_backbone(TINY).weights.startswith("random")


def test_pretrained_weights_of_the_cache_are_taken_without_a_network(monkeypatch, no_cache, other):
    def refused(*_, **__):
        raise AssertionError("the network was asked")

    monkeypatch.setattr(hub, "_answers", refused)
    folder = no_cache / f"models--{REPOSITORY.replace('/', '--')}"
    kept = folder / "snapshots" / "0"
    kept.mkdir(parents=True)
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text("0")
    head = {"fc.weight": torch.zeros(1000, other.n_features), "fc.bias": torch.zeros(1000)}
    saved(kept, other.network.state_dict() | head, "model.safetensors")
    found = load_backbone(TINY)
    assert found.weights == f"pretrained: {REPOSITORY}"
    assert found.digest == other.digest


def test_a_failed_download_is_no_weights(monkeypatch, no_cache):
    import huggingface_hub

    def broken(*_, **__):
        raise huggingface_hub.errors.LocalEntryNotFoundError("cut off")

    monkeypatch.setattr(hub, "_answers", lambda _: True)
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", broken)
    assert hub.weights_file(REPOSITORY) is None


@pytest.mark.parametrize("name", ["weights.safetensors", "weights.pth"])
def test_a_checkpoint_is_read_back_with_or_without_its_classifier(tmp_path, other, name):
    head = {"fc.weight": torch.zeros(2, other.n_features), "fc.bias": torch.zeros(2)}
    path = saved(tmp_path, other.network.state_dict() | head, name)
    found = load_backbone(TINY, checkpoint=path)
    assert (found.digest, found.weights) == (other.digest, "from a checkpoint file")


def test_a_checkpoint_of_a_training_run_is_unwrapped(tmp_path, other):
    inner = {f"module.{key}": value for key, value in other.network.state_dict().items()}
    path = saved(tmp_path, {"epoch": 3, "state_dict": inner}, "run.pt")
    assert load_backbone(TINY, checkpoint=path).digest == other.digest


def test_a_checkpoint_of_another_network_names_the_first_key_that_differs(tmp_path, other):
    first = next(iter(other.network.state_dict()))
    lacking = {key: value for key, value in other.network.state_dict().items() if key != first}
    with pytest.raises(FeatureError, match=f"does not fit {TINY}: it has no weights '{first}'"):
        load_backbone(TINY, checkpoint=saved(tmp_path, lacking))
    wide = other.network.state_dict() | {first: torch.zeros(1, 2, 3)}
    with pytest.raises(FeatureError, match=rf"'{first}' must have the shape .*got \(1, 2, 3\)"):
        load_backbone(TINY, checkpoint=saved(tmp_path, wide))
    more = other.network.state_dict() | {"extra<script>.weight": torch.zeros(1)}
    with pytest.raises(FeatureError, match=r"it has weights 'extra\?script\?.weight', which"):
        load_backbone(TINY, checkpoint=saved(tmp_path, more))


def test_weights_that_are_not_finite_are_refused_by_name(tmp_path, other):
    weights = {key: value.clone() for key, value in other.network.state_dict().items()}
    key = list(weights)[3]
    weights[key].view(-1)[0] = float("nan")
    with pytest.raises(FeatureError, match=f"'{key}' of the checkpoint hold values"):
        load_backbone(TINY, checkpoint=saved(tmp_path, weights))


def test_whole_numbers_in_place_of_weights_are_refused(tmp_path, other):
    first, value = next(iter(other.network.state_dict().items()))
    weights = other.network.state_dict() | {first: torch.zeros(value.shape, dtype=torch.int64)}
    with pytest.raises(FeatureError, match="not plain numbers"):
        load_backbone(TINY, checkpoint=saved(tmp_path, weights))


@pytest.mark.parametrize("name", ["weights.safetensors", "weights.pth"])
@pytest.mark.parametrize("share", [0.0, 0.001, 0.5, 0.999])
def test_a_truncated_checkpoint_is_refused(tmp_path, other, name, share):
    path = saved(tmp_path, other.network.state_dict(), name)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(FeatureError, match=r"truncated|damaged"):
        load_backbone(TINY, checkpoint=path)


class _Bomb:
    def __init__(self, witness):
        self.witness = witness

    def __reduce__(self):
        return (open, (str(self.witness), "w"))


@pytest.mark.parametrize("name", ["weights.pth", "weights.bin", "weights.safetensors"])
def test_a_file_that_wants_to_run_code_is_refused_and_runs_none(tmp_path, name):
    witness = tmp_path / "ran"
    path = tmp_path / name
    torch.save({"conv1.weight": _Bomb(witness)}, path)
    with pytest.raises(FeatureError):
        load_backbone(TINY, checkpoint=path)
    path.write_bytes(pickle.dumps(_Bomb(witness)))
    with pytest.raises(FeatureError):
        load_backbone(TINY, checkpoint=path)
    assert not witness.exists()


def test_a_file_that_grows_on_opening_is_refused_before_it_does(tmp_path, other):
    plain = saved(tmp_path, other.network.state_dict(), "plain.pth")
    packed = tmp_path / "packed.pth"
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as to:
        for entry in source.namelist():
            to.writestr(entry, source.read(entry))
        to.writestr("archive/data/999", bytes(50_000_000))
    with pytest.raises(FeatureError, match="would grow on opening"):
        load_backbone(TINY, checkpoint=packed)


def test_a_place_without_a_file_and_a_file_without_weights_are_refused(tmp_path):
    for place in (tmp_path / "none.safetensors", tmp_path):
        with pytest.raises(FeatureError, match="no file of weights"):
            load_backbone(TINY, checkpoint=place)
    with pytest.raises(FeatureError, match="no table of named weights"):
        load_backbone(TINY, checkpoint=saved(tmp_path, [torch.zeros(2)], "list.pt"))


def test_a_refused_checkpoint_changes_nothing(tmp_path, other):
    from clnm_core.features.checkpoints import load_checkpoint

    mine = load_backbone(TINY, pretrained=False)
    weights = {key: value.clone() for key, value in other.network.state_dict().items()}
    weights[list(weights)[-1]] = torch.zeros(1, 1, 1, 1, 1)
    with pytest.raises(FeatureError):
        load_checkpoint(mine.network, saved(tmp_path, weights), name=TINY)
    assert weights_digest(mine.network) == mine.digest


def test_a_copied_checkpoint_under_another_name_is_the_same(tmp_path, other):
    path = saved(tmp_path, other.network.state_dict())
    again = shutil.copy(path, tmp_path / "again.safetensors")
    assert load_file(path).keys() == load_file(again).keys()
    assert load_backbone(TINY, checkpoint=again).digest == other.digest
