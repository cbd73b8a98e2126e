# ruff: noqa: E501
"""Small programs of many kinds, drawn from a seed: what models write, and what sandboxes stumble on."""

import random
from collections.abc import Callable

Draw = random.Random

NUMBERS = ("0", "1", "2", "7", "-3", "10", "100", "0.5", "2.5", "-1.25", "3.14159", "1e3", "True")
TEXTS = (
    "'abc'",
    "'Hello World'",
    "''",
    "' a b '",
    "'x,y,,z'",
    "'it\\'s'",
    "'Zoë'",
    "'12'",
    "'a\\nb'",
)
LISTS = ("[3, 1, 2]", "[]", "[1.5, -2, 0]", "['b', 'a', 'c']", "[[1], [2, 3]]", "[1, 1, 2]")
METHODS = {
    "TEXT": [
        "upper()",
        "lower()",
        "title()",
        "capitalize()",
        "swapcase()",
        "strip()",
        "lstrip()",
        "rstrip()",
        "split()",
        "split(',')",
        "splitlines()",
        "isdigit()",
        "isalpha()",
        "isalnum()",
        "isspace()",
        "isupper()",
        "islower()",
        "zfill(5)",
        "count('a')",
        "find('b')",
        "rfind('l')",
        "startswith('a')",
        "endswith('d')",
        "replace('a','-')",
        "partition('b')",
        "center(9,'*')",
        "ljust(6,'.')",
        "rjust(6)",
        "index('b')",
        "join(['p','q'])",
        "format(1)",
    ],
    "LIST": [
        "copy()",
        "count(1)",
        "index(1)",
        "pop()",
        "pop(0)",
        "append(9)",
        "extend([7,8])",
        "insert(1,5)",
        "remove(1)",
        "reverse()",
        "sort()",
        "clear()",
        "sort(reverse=True)",
    ],
}
MATH = [
    "sqrt",
    "floor",
    "ceil",
    "log",
    "log10",
    "log2",
    "exp",
    "sin",
    "cos",
    "tan",
    "asin",
    "acos",
    "atan",
    "fabs",
    "trunc",
    "degrees",
    "radians",
    "isqrt",
    "factorial",
    "gcd",
    "lcm",
    "comb",
    "perm",
    "pow",
    "hypot",
    "fmod",
    "copysign",
    "isclose",
    "prod",
    "fsum",
    "isnan",
    "isinf",
    "isfinite",
    "atan2",
    "dist",
]
TWO = ("gcd", "lcm", "comb", "perm", "pow", "hypot", "fmod", "copysign", "isclose", "atan2")
SPECS = (
    ".2f",
    ",",
    "05d",
    ">8",
    "<8",
    "^8",
    "e",
    "g",
    "%",
    "x",
    "b",
    "+d",
    ",.1f",
    "_d",
    ".0f",
    "8.3f",
)


def number(draw: Draw, depth: int = 2) -> str:
    """An expression of numbers."""
    if depth == 0 or draw.random() < 0.2:
        return draw.choice((*NUMBERS, "x", "y"))
    left, right = number(draw, depth - 1), number(draw, depth - 1)
    return draw.choice(
        (
            f"({left} {draw.choice(('+', '-', '*', '/', '//', '%', '**'))} {right})",
            f"round({left}, {draw.randrange(-2, 4)})",
            f"max({left}, {right})",
            f"abs({left})",
            f"int({left})",
            f"({left} if {left} > {right} else {right})",
            f"sum([{left}, {right}])",
            f"divmod({left}, {right})[0]",
        )
    )


def arithmetic(draw: Draw) -> str:
    """A word problem's program."""
    lines = [
        "def solution():",
        f"    x = {draw.choice(NUMBERS)}",
        f"    y = {draw.choice(NUMBERS)}",
    ]
    lines += [f"    {name} = {number(draw)}" for name in ("a", "b")]
    lines += ["    x = a", f"    return {number(draw)}", "print(solution())"]
    return "\n".join(lines)


def mathematics(draw: Draw) -> str:
    """Calls of math."""
    name = draw.choice(MATH)
    given = f"{draw.choice(NUMBERS)}"
    if name in TWO:
        given += f", {draw.choice(NUMBERS)}"
    if name in ("prod", "fsum"):
        given = draw.choice(LISTS)
    if name == "dist":
        given = "(0, 1), (3, 5.5)"
    return f"import math\nprint(math.{name}({given}))\nprint(math.pi * {draw.choice(NUMBERS)})"


def formats(draw: Draw) -> str:
    """Numbers and text as text."""
    value, spec = (
        draw.choice((*NUMBERS, "'ab'", "1234567", "-0.0", "1e22", "0.1 + 0.2")),
        draw.choice(SPECS),
    )
    return (
        f"v = {value}\nprint(f'{{v}} {{v!r}} {{v:{spec}}}')\n"
        f"print('{{:{spec}}}|{{}}'.format(v, [v]), '%s %r' % (v, v), str(v), repr(v), v)"
    )


def texts(draw: Draw) -> str:
    """Methods of text."""
    calls = draw.sample(METHODS["TEXT"], 3)
    text = draw.choice(TEXTS)
    lines = [f"s = {text}"] + [f"print(s.{call})" for call in calls]
    cut = f"s[{draw.choice(('1:', ':-1', '::-1', '::2', '-2:', '5:'))}]"
    return "\n".join([*lines, f"print({cut}, len(s), s * 2, 'a' in s, sorted(s), list(s))"])


def lists(draw: Draw) -> str:
    """Methods of lists."""
    lines = [f"a = {draw.choice(LISTS)}", "b = a"]
    for call in draw.sample(METHODS["LIST"], 3):
        lines += [f"print(a.{call})", "print(a, b is None, len(b))"]
    end = draw.choice(
        ("a[::-1]", "a + [1]", "a * 2", "a[1:2]", "a == b", "a < [2]", "max(a)", "sum(a)")
    )
    return "\n".join([*lines, f"print({end})"])


def dicts(draw: Draw) -> str:
    """Dicts, also with keys that are equal."""
    keys = draw.sample(("'a'", "'b'", "1", "1.0", "True", "2", "(1, 2)", "None"), 3)
    shown = ", ".join(f"{key}: {place}" for place, key in enumerate(keys))
    more = draw.choice(
        (
            f"d[{draw.choice(keys)}] = 9",
            "d[len(d) - 2] = 9",
            "d.update({'z': 1})",
            "d.setdefault(1, 5)",
            "d[0.5 + 0.5] = 3",
            "d = {k: v for k, v in d.items()}",
            "d = dict(zip([1, True], 'ab'))",
            "d.pop('a')",
            "print(d['b'])",
            "d = {k: 1 for k in [1, 1.0]}",
            "print(d.get('a'), d.get('q', 0), 'a' in d, len(d))",
        )
    )
    return f"d = {{{shown}}}\n{more}\nprint(d, list(d.items()))\nfor k in d:\n    print(k, d[k])"


def loops(draw: Draw) -> str:
    """Loops over what is changed, stopped, read twice."""
    head = draw.choice(
        (
            "for i in range(1, 9, 2):",
            "for i, v in enumerate(a):",
            "for i, v in zip(a, range(9)):",
            "for i in reversed(a):",
            "for i in a:",
            "for i in sorted(a, reverse=True):",
            "while total < 9:",
        )
    )
    body = draw.choice(
        (
            "total += 1",
            "total += 3\n    if total > 5: break",
            "a.append(total)\n    total += 4\n    if total > 20: break",
            "a[0] = 7\n    total += a[-1] + 1",
            "a.pop()\n    total += 2",
            "b.append(total)\n    total += 2\n    if total > 9: break",
            "total += 1\n    if total % 2: continue\n    print('even')",
        )
    )
    source = draw.choice(("b = []", "b = a", "b = a[:]"))
    return f"a = [4, 5, 6]\n{source}\ntotal = 0\n{head}\n    {body}\nelse:\n    print('else')\nprint(total, a, b)"


def comprehensions(draw: Draw) -> str:
    """Lists and generator expressions, read at once or not."""
    inner = draw.choice(("i * i", "(i, -i)", "say(i)", "str(i)", "10 % i", "[j for j in range(i)]"))
    source = draw.choice(("range(5)", "[3, 0, 1]", "range(1, 4)", "'abc'", "zip([1], [2])"))
    clause = f"{inner} for i in {source}{draw.choice(('', ' if i', ' if i != 3'))}"
    use = draw.choice(
        (
            f"print([{clause}])",
            f"print(list({clause}))",
            f"print(any({clause}), all({clause}))",
            f"g = ({clause})\nprint('made')\nprint(list(g), list(g))",
            f"print(next({clause}))",
            f"print(sorted({clause}))",
            f"print(tuple({clause}), len([{clause}]))",
            f"print(max([{clause}], default=None))",
            f"print(','.join({clause}))",
            f"for v in ({clause}):\n    print('got', v)\n    break",
            f"m = map(say, {source})\nprint('m')\nprint(list(m))\nprint(list(m))",
            f"z = zip({source}, {source})\nprint(list(z), list(z))",
        )
    )
    return f"def say(i):\n    print('say', i)\n    return i\n{use}"


def sets(draw: Draw) -> str:
    """Sets: their order is not Monty's."""
    items = ", ".join(draw.sample(("3", "1", "2", "10", "99", "64", "8", "0"), 4))
    return draw.choice(
        (
            f"print({{{items}}})",
            f"for x in {{{items}}}:\n    print(x)",
            f"print(len(set([{items}, 1])), 3 in {{{items}}}, 5 not in set([{items}]))",
            f"print(sorted(set([{items}])), list({{{items}}})[0])",
            f"s = set()\nfor x in [{items}]:\n    s.add(x)\nprint(s)",
            f"print({{{items}}} & {{1, 3}}, {{{items}}} - {{1}})",
            f"print({{x % 5 for x in [{items}]}})",
            f"print(frozenset([{items}]))",
        )
    )


def classes(draw: Draw) -> str:
    """Objects with methods of the language."""
    method, use = draw.choice(
        (
            (
                "__lt__(self, o): return self.v > o.v",
                "print([p.v for p in sorted([A(1), A(3), A(2)])])",
            ),
            ("__len__(self): return self.v", "print(len(A(4)), bool(A(0)))"),
            ("__call__(self, x): return self.v + x", "print(A(4)(3))"),
            ("__eq__(self, o): return True", "print(A(1) == 5, A(1) in [9], [A(1)] == [3])"),
            ("__bool__(self): return False", "print('yes' if A(1) else 'no')"),
            ("__str__(self): return f'<{self.v}>'", "print(A(1), str(A(2)), f'{A(3)}')"),
            ("__repr__(self): return f'A({self.v})'", "print([A(1)], A(2))"),
            ("__iter__(self): return iter([self.v, 2])", "print(list(A(1)), sum(A(4)))"),
            ("__add__(self, o): return A(self.v + o.v)", "print((A(1) + A(2)).v)"),
            ("__getitem__(self, i): return i * self.v", "print(A(2)[3])"),
            ("__contains__(self, x): return x == self.v", "print(2 in A(2), 3 in A(2))"),
            ("__hash__(self): return 1", "print(len({A(1), A(2)}))"),
            ("grow(self): self.v += 1; return self", "print(A(1).grow().grow().v)"),
            ("__getattr__(self, n): return n", "print(A(1).colour, hasattr(A(1), 'x'))"),
        )
    )
    return f"class A:\n    def __init__(self, v):\n        self.v = v\n    def {method}\n{use}"


def probing(draw: Draw) -> str:
    """Programs that ask what the interpreter can do, and go another way."""
    return draw.choice(
        (
            "try:\n    from fractions import Fraction\n    print(Fraction(1, 2))\nexcept ImportError:\n    print('none')",
            "try:\n    import statistics\n    print(statistics.mean([1, 2]))\nexcept Exception:\n    print('none')",
            "print(hasattr(int, 'bit_count'), hasattr('a', 'casefold'))",
            "print(getattr([], 'sorted', 'no'), getattr('a', 'isidentifier', None) is None)",
            "print('bit_length' in dir(5), len(dir([])) > 30)",
            "try:\n    print((5).bit_length())\nexcept AttributeError:\n    print('gap')",
            "try:\n    print(int.from_bytes(b'a', 'big'))\nexcept Exception as e:\n    print(type(e))",
            "try:\n    print(pow(3, -1, 7))\nexcept ValueError:\n    print('gap')",
            "try:\n    def g():\n        yield 1\n    print(list(g()))\nexcept NotImplementedError:\n    print('gap')",
            "print(pow(3, -1, 7))",
            "print(callable(print), isinstance(5, int), isinstance(True, (int, str)), type(5) is int)",
            "import sys\nsys.stdout.write('written\\n')\nprint(sys.version_info >= (3, 8))",
            "import sys\nprint('a', file=sys.stdout)\nprint(sys.maxsize)",
            "import itertools as it\nprint(next(n for n in it.count(1) if n % 7 == 3 and n % 5 == 2))",
            "from collections import Counter, defaultdict, deque\nprint(Counter('abca'), deque([1, 2]))",
            "import re\nprint(re.findall(r'(?<=a)b+', 'abbacb'), re.sub('a', 'b', 'aXa'))",
            "from datetime import date, timedelta\nprint(date(2024, 2, 28) + timedelta(days=2))",
            "import functools\nprint(functools.reduce(lambda a, b: a * b, [1, 2, 3]))",
            "from decimal import Decimal\nprint(Decimal('0.1') + Decimal('0.2'))",
            "import random\nprint(random.randint(1, 10**9))",
            "x: Missing = 1\nprint(x)",
            "from typing import List\ndef f(a: List[int], b: 'Foo' = None) -> List[int]:\n    return a\nprint(f([1]))",
            "def f(a: List[int]):\n    return a\nprint(f([1]))",
            "return 5",
            "if True:\n    return 5",
            "print(__name__)\nif __name__ == '__main__':\n    print('main')",
            "with open('x') as f:\n    print(f.read())",
            "print(globals().keys() is None, vars() is None)",
            "def f():\n    pass\nprint(f.__name__, f.__doc__)",
            "print([1, 2].__len__(), 'a'.__class__)",
            "print(input())",
            "import cmath\nprint(cmath.sqrt(-1), 1j * 1j, (3).real)",
            "print(b'abc'.hex(), bytes([65]), bytearray(b'a'))",
            "print(hash('a') == hash('a'), id(1) == id(1))",
            "match 5:\n    case 5:\n        print('five')",
            "a = [1, 2, 3]\ndel a[0]\nprint(a)",
            "print(eval('1 + 1'))",
            "exec('print(3)')",
            "print(*map(str, [1, 2]), *filter(None, [0, 1]))",
            "it = iter([1, 2])\nprint(next(it), next(it), next(it, 'end'))",
        )
    )


def errors(draw: Draw) -> str:
    """Programs that end in an exception, or in none."""
    last = draw.choice(
        (
            "1 / zero", "xs[5]", "d['q']", "missing + 1", "'a' + 1", "int('x')", "[].pop()", "None + 1",
            "assert zero, 'no'", "raise ValueError('bad')", "raise KeyError", "xs.index(9)", "len(5)",
            "float('1.2.3')", "xs.nothing", "zero()", "import nowhere", "raise SystemExit", "f()", "g(1)",
            "raise SystemExit(3)", "sorted([1, 'a'])", "a, b = xs", "round('x')", "'%d' % 'a'", "sum(['a'])",
            "print(zero", "x = = 1", "def f(: pass", "raise NotImplementedError('later')", "max([])",
            "any(10 % i == 0 for i in [5, 0])", "10 ** 5000 * 1.0", "'abc'.index('z')", "chr(-1)",
        )
    )  # fmt: skip
    return (
        "zero, xs, d = 0, [1, 2, 3], {'a': 1}\ndef f():\n    return f()\ndef g():\n    return 1\n"
        f"print('begun')\n{last}\nprint('done')"
    )


def functions(draw: Draw) -> str:
    """Calls, closures, defaults, unpacking, recursion."""
    return draw.choice(
        (
            f"def f(n):\n    return n if n < 2 else f(n - 1) + f(n - 2)\nprint(f({draw.randrange(3, 15)}))",
            f"def f(n):\n    return 0 if n == 0 else 1 + f(n - 1)\nprint(f({draw.choice((10, 500, 990, 1200))}))",
            "def f(x, acc=[]):\n    acc.append(x)\n    return acc\nprint(f(1), f(2))",
            "fs = [lambda: i for i in range(3)]\nprint([g() for g in fs])",
            "def f(a, b=2, *rest, c=3, **more):\n    return a, b, rest, c, more\nprint(f(1), f(1, 5, 6, c=7, d=8))",
            "def outer():\n    n = 0\n    def inner():\n        nonlocal n\n        n += 1\n        return n\n    inner()\n    return inner()\nprint(outer())",
            "count = 0\ndef bump():\n    global count\n    count += 1\nbump()\nbump()\nprint(count)",
            "a, *b, c = range(5)\n(d, e), f = (1, 2), 3\nprint(a, b, c, d, e, f)",
            "x = y = []\nx.append(1)\nx += [2]\nprint(y)",
            "n = 10\nwhile (n := n - 3) > 0:\n    print(n)",
            "print(sorted(['bb', 'a', 'ccc'], key=len, reverse=True), sorted([(1, 'b'), (0, 'z'), (1, 'a')], key=lambda p: p[0]))",
            "sum = 5\nprint(sum + 1)",
            "def max(a):\n    print('mine')\n    return 1\nprint(max(i for i in range(3)))",
            "list = [1]\nprint(list)\nprint(str(list))",
            "m = [[0] * 3 for i in range(2)]\nm[0][1] = 5\nprint(m)\nw = [[0] * 2] * 2\nw[0][0] = 1\nprint(w)",
            "def is_prime(n):\n    return n > 1 and all(n % i for i in range(2, n))\nprint([n for n in range(30) if is_prime(n)])",
            "def f():\n    print(y)\n    y = 1\nf()",
            "print((lambda a, b=2: a * b)(4), (lambda *a: a)(1, 2))",
        )
    )


KINDS: tuple[Callable[[Draw], str], ...] = (
    arithmetic,
    mathematics,
    formats,
    texts,
    lists,
    dicts,
    loops,
    comprehensions,
    sets,
    classes,
    probing,
    errors,
    functions,
)


def drawn(seed: int, count: int) -> list[str]:
    """That many different programs, the kinds in turn."""
    draw, found = random.Random(seed), dict[str, None]()
    place = 0
    while len(found) < count:
        found[KINDS[place % len(KINDS)](draw)] = None
        place += 1
    return list(found)
