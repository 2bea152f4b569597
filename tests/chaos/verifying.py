"""`tiendo verify` itself, run beside the workers as an operator runs it: what it says of the harness's tables counts."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from tests.chaos.comparing import FIRST
from tests.chaos.scene import Broken, Scene

VERIFY_SECONDS: Final = 1800.0
"""A fold of everything that was sent, beside two workers."""


class Province(msgspec.Struct):
    """What the command says of a province, as far as it counts here."""

    province: str
    rows_compared: int
    rows_differing: int
    left_out: list[Any]
    differences: list[Any]


async def verified(scene: Scene, provinces: Sequence[str], *options: str) -> list[Province]:
    """Run the command for some provinces; Broken where it cannot verify them, or says less than it was asked for."""
    command = scene.command("verify", "--json", *options, provinces=provinces)
    status = await command.ended(within=VERIFY_SECONDS)
    return read(command.text(), status, provinces)


def read(said: str, status: int, provinces: Sequence[str]) -> list[Province]:
    """Return what the command said; Broken where that is no verdict on each of the provinces, or its status belies it."""
    try:
        found = msgspec.json.decode(said[f"\n{said}".find("\n[") :], type=list[Province])
    except msgspec.DecodeError as error:
        raise Broken(f"verify ended with {status} and said\n{said[-6000:]}") from error
    if [one.province for one in found if one.rows_compared and not one.left_out] != [*provinces]:
        raise Broken(f"verify did not compare all of {', '.join(provinces)}:\n{said[-6000:]}")
    if status != int(any(one.rows_differing for one in found)):
        raise Broken(f"verify ended with {status} after\n{said[-6000:]}")
    return found


def lines(found: Sequence[Province]) -> list[str]:
    """Tell what the command said of each province, with the first differences."""
    return [
        f"  {one.province}: {one.rows_compared} compared, {one.rows_differing} differing"
        for one in found
    ] + [f"  ! {row}" for one in found for row in one.differences][:FIRST]
