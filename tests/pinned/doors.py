"""The one place that says where the parts of underdog are."""

from tests.models.tiny_gguf import write_tiny
from tests.reports.example import make_card
from underdog.cli.app import app
from underdog.core import Draft, PoolKey, Problem, Question
from underdog.data.selectors import selectors
from underdog.data.sources import sources
from underdog.forms import forms
from underdog.generators import families
from underdog.generators.drawing import generate
from underdog.grading import checkers, open_checker
from underdog.models.gguf.header import read_gguf_header
from underdog.models.loading import open_model
from underdog.reports.charts import NARROW, WIDE, accuracy_vs_cost
from underdog.reports.gap import gap_bars
from underdog.reports.html import render_fight_card
from underdog.reports.plain_text import fight_card_text
from underdog.runs.export import export_parquet
from underdog.runs.store.store import Store
from underdog.sandbox import open_sandbox
from underdog.strategies import strategies
from underdog.strategies.running.wall_clock import WallClock
from underdog.verifiers import verifiers

REGISTRIES = {
    "checker": checkers,
    "family": families,
    "form": forms,
    "selector": selectors,
    "source": sources,
    "strategy": strategies,
    "verifier": verifiers,
}

__all__ = [
    "NARROW",
    "REGISTRIES",
    "WIDE",
    "Draft",
    "PoolKey",
    "Problem",
    "Question",
    "Store",
    "WallClock",
    "accuracy_vs_cost",
    "app",
    "export_parquet",
    "families",
    "fight_card_text",
    "forms",
    "gap_bars",
    "generate",
    "make_card",
    "open_checker",
    "open_model",
    "open_sandbox",
    "read_gguf_header",
    "render_fight_card",
    "write_tiny",
]
