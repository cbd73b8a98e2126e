"""The nouns of underdog as plain data and protocols; no input or output, nothing else of ours."""

from underdog.core.budget import Budget
from underdog.core.checker import Checker, Extraction, Grade, GradeStatus
from underdog.core.completion import Completion, FinishReason, SamplingParams, TokenTrace
from underdog.core.constraint import Choices, Constraint, Grammar, JsonSchema, Regex
from underdog.core.engine import (
    ContinuationScore,
    Engine,
    EngineInfo,
    GenerateRequest,
    ModelShape,
    Price,
    ScoreRequest,
)
from underdog.core.example import Example, Segment
from underdog.core.form import Form, Reading
from underdog.core.hidden_states import HiddenStates, LayerStates, StatesRequest
from underdog.core.item import Draft, Family, Item, Step
from underdog.core.needs_continuation import NeedsContinuation
from underdog.core.outcome import Outcome
from underdog.core.problem import JSONValue, Problem, Question
from underdog.core.prompt import Message, Prompt, Role, Shot
from underdog.core.quick import Quick
from underdog.core.rollout import PoolKey, RolloutStore, StoredScore
from underdog.core.sandbox import BatchSandbox, Limits, Sandbox, SandboxResult, SandboxStatus
from underdog.core.solution import Solution, SolutionStatus
from underdog.core.strategy import Action, Candidate, Decision, Sample, Score, Steps, Strategy
from underdog.core.streaming import Piece, Streams
from underdog.core.task import Task
from underdog.core.usage import Usage
from underdog.core.verifier import ModelCalls, Oracle, ScoreUnit, Verifier

__all__ = [
    "Action",
    "BatchSandbox",
    "Budget",
    "Candidate",
    "Checker",
    "Choices",
    "Completion",
    "Constraint",
    "ContinuationScore",
    "Decision",
    "Draft",
    "Engine",
    "EngineInfo",
    "Example",
    "Extraction",
    "Family",
    "FinishReason",
    "Form",
    "GenerateRequest",
    "Grade",
    "GradeStatus",
    "Grammar",
    "HiddenStates",
    "Item",
    "JSONValue",
    "JsonSchema",
    "LayerStates",
    "Limits",
    "Message",
    "ModelCalls",
    "ModelShape",
    "NeedsContinuation",
    "Oracle",
    "Outcome",
    "Piece",
    "PoolKey",
    "Price",
    "Problem",
    "Prompt",
    "Question",
    "Quick",
    "Reading",
    "Regex",
    "Role",
    "RolloutStore",
    "Sample",
    "SamplingParams",
    "Sandbox",
    "SandboxResult",
    "SandboxStatus",
    "Score",
    "ScoreRequest",
    "ScoreUnit",
    "Segment",
    "Shot",
    "Solution",
    "SolutionStatus",
    "StatesRequest",
    "Step",
    "Steps",
    "StoredScore",
    "Strategy",
    "Streams",
    "Task",
    "TokenTrace",
    "Usage",
    "Verifier",
]
