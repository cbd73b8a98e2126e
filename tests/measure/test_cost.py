from underdog.core import Usage
from underdog.measure.cost import amount


def test_amounts():
    usage = Usage(generated_tokens=3, verifier_tokens=4, flops=5.0, wall_s=6.0, cost_usd=7.0)
    quantities = ("tokens", "flops", "seconds", "usd")
    assert [amount(usage, quantity) for quantity in quantities] == [7.0, 5.0, 6.0, 7.0]
