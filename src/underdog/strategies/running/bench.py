"""The bench: engines, form, task, sandbox, store and sampling that a strategy is run with."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from underdog.core import Engine, Form, RolloutStore, SamplingParams, Sandbox, Task, Verifier
from underdog.forms import forms
from underdog.strategies.running.reader import reader_fingerprint
from underdog.strategies.running.wall_clock import WallClock
from underdog.verifiers import verifiers


@dataclass(frozen=True, slots=True)
class Bench:
    """Engines, form, task, sandbox, store and sampling that a strategy is run with.

    Attributes:
        engines: Engines by role; `main` is the small model.
        form: Name of the form for strategies that name none.
        task: Source of the checker and worked examples.
        sandbox: Where programs run.
        store: The rollout store.
        params: Temperature and sampling filters; stop strings and token limit come from the form.
        forms: Forms by name, which take precedence over registered ones.
        verifiers: Verifiers by the name that strategies use; they take precedence likewise.
        root_seed: Seed from which every sample's seed is derived.
        max_tokens: Limit on a reply in tokens, in place of the forms' own; `None` keeps those.
        clock: The wall clock, shared among the calls in flight.
    """

    engines: Mapping[str, Engine]
    form: str
    task: Task
    sandbox: Sandbox
    store: RolloutStore
    params: SamplingParams = SamplingParams()
    forms: Mapping[str, Form] = field(default_factory=dict[str, Form])
    verifiers: Mapping[str, Verifier] = field(default_factory=dict[str, Verifier])
    root_seed: int = 0
    max_tokens: int | None = None
    clock: WallClock = field(default_factory=WallClock)
    _readers: dict[str, str] = field(
        init=False, repr=False, compare=False, default_factory=dict[str, str]
    )

    def form_named(self, name: str) -> Form:
        """The bench's own form of that name, else the registered one."""
        return self.forms.get(name) or forms.create(name)

    def reader(self, name: str) -> str:
        """Fingerprint of what reads solutions in the form of that name."""
        if name not in self._readers:
            form = self.form_named(name)
            self._readers[name] = reader_fingerprint(form, self.task.checker, self.sandbox)
        return self._readers[name]

    def verifier_named(self, name: str) -> Verifier:
        """The bench's own verifier of that name, else the registered one."""
        return self.verifiers.get(name) or verifiers.create(name)
