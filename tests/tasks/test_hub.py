"""Data sets of the Hugging Face library, from local folders: no network."""

from pathlib import Path

import pytest

datasets = pytest.importorskip("datasets")

from underdog.errors import DataError, MissingExtraError, UnknownNameError  # noqa: E402
from underdog.tasks import load_task  # noqa: E402
from underdog.tasks.loaders import hub  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import huggingface_hub.constants

    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", str(tmp_path / "cache"))
    datasets.disable_progress_bars()


@pytest.fixture
def messages():
    return datasets.Dataset.from_dict(
        {"text": ["lost card", "top up"], "label": [1, 0], "extra": [{"n": [1]}, {"n": []}]},
        features=datasets.Features(
            {
                "text": datasets.Value("string"),
                "label": datasets.ClassLabel(names=["top_up", "card_lost"]),
                "extra": {"n": datasets.List(datasets.Value("int64"))},
            }
        ),
    )


def test_a_saved_data_set_is_read_with_label_names(tmp_path, messages):
    messages.save_to_disk(str(tmp_path / "saved"))
    rows = list(hub.read(str(tmp_path / "saved"), "train"))
    assert [row.values["label"] for row in rows] == ["card_lost", "top_up"]
    assert rows[0].values["extra"] == {"n": [1]}
    assert rows[1].where == f"{tmp_path / 'saved'}, split train, row 2"


def test_a_saved_dictionary_gives_the_split_asked_for(tmp_path, messages):
    folder = str(tmp_path / "saved")
    datasets.DatasetDict({"train": messages, "test": messages.select([1])}).save_to_disk(folder)
    assert len(list(hub.read(folder, "test"))) == 1
    with pytest.raises(UnknownNameError, match="did you mean test"):
        list(hub.read(folder, "tset"))


def test_a_folder_of_data_files_is_read(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "train.jsonl").write_text('{"q": "1+1", "a": 2}\n')
    rows = list(hub.read(str(tmp_path / "folder"), "train"))
    assert [dict(row.values) for row in rows] == [{"q": "1+1", "a": 2}]


def test_a_data_set_without_rows_is_refused(tmp_path, messages, monkeypatch):
    messages.select([]).save_to_disk(str(tmp_path / "none"))
    with pytest.raises(DataError, match="check the name"):
        list(hub.read(str(tmp_path / "none"), "train"))
    monkeypatch.setattr(hub, "_load", lambda *_: messages.select([]))
    with pytest.raises(DataError, match="has no rows"):
        list(hub.read(str(tmp_path / "none"), "train"))


def test_a_data_set_that_cannot_be_found_is_refused_in_one_line():
    with pytest.raises(DataError) as caught:
        list(hub.read("nobody/nothing-of-this-name", "test", "main"))
    assert "UNDERDOG_DATA_DIR" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_without_the_library_the_error_names_the_extra(monkeypatch, tmp_path):
    monkeypatch.setattr(hub, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"underdog\[datasets\]"):
        list(hub.read("any/thing", "test"))
    (tmp_path / "t.toml").write_text(
        'checker = "exact"\n[hub]\nid = "any/thing"\nsplits = { test = "test" }\n'
    )
    with pytest.raises(MissingExtraError, match=r"underdog\[datasets\]"):
        load_task(str(tmp_path / "t.toml"))


def test_a_task_reads_a_data_set_beside_its_file(tmp_path, messages):
    messages.save_to_disk(str(tmp_path / "saved"))
    (tmp_path / "intents.toml").write_text(
        'checker = "label:labels=top_up|card_lost"\n'
        "[files]\ndev = 'absent.jsonl'\n"
        "[hub]\nid = 'saved'\nsplits = { dev = 'train' }\n"
        "[hub.columns]\nquestion = 'text'\nanswer = 'label'\n"
    )
    task = load_task(str(tmp_path / "intents.toml"))
    assert task.splits == ("dev",)
    assert [problem.gold for problem in task.problems("dev")] == ["card_lost", "top_up"]
    with pytest.raises(UnknownNameError):
        list(task.problems("train"))


def test_the_catalogue_names_the_hub_where_there_are_no_files():
    from underdog.tasks import catalogue

    card = next(card for card in catalogue() if card.name == "gsm8k")
    assert card.source == "hub: openai/gsm8k"
    assert not card.local
    assert card.splits == ("train", "test")
