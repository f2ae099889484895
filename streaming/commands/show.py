"""A finished call for people at a terminal."""

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

STATES = {
    "done": ("done", "green"),
    "late": ("late", "yellow"),
    "missed": ("missed", "red"),
    "violated": ("violated", "red"),
    "needs_review": ("needs review", "yellow"),
    "n/a": ("n/a", "dim"),
}


def clock(seconds: float) -> str:
    """Return seconds as m:ss."""
    return f"{int(seconds // 60)}:{int(seconds % 60):02d}"


def show_call(console: Console, call: dict[str, Any], *, scored: bool) -> None:
    """Print the transcript, and what was found where the call was scored."""
    for said in call["utterances"]:
        line = Text(f"{clock(said['start']):>6}  {said['role']:<8}  ", style="dim")
        line.append(said["text"], style="bold" if said["role"] == "customer" else "none")
        console.print(line)
    for gap in call["gaps"]:
        console.print(f"{clock(gap['start']):>6}  {gap['role']}: not heard ({gap['reason']})")
    if not scored:
        return
    console.print()
    _show_findings(console, call["findings"])
    _show_score(console, call["scorecard"])
    for span in call["anger"]:
        words = "; ".join(f'"{r["quote"]}"' for r in span["reasons"])
        console.print(
            f"anger {span['level']} from {clock(span['start'])} to {clock(span['end'])}: {words}"
        )


def _show_findings(console: Console, findings: list[dict[str, Any]]) -> None:
    table = Table("rule", "what", "state", "at", "words")
    for found in findings:
        name, style = STATES.get(found["state"], (found["state"], "none"))
        if found["state"] == "n/a":
            continue
        evidence = found["evidence"] or ([found["near_miss"]] if found["near_miss"] else [])
        quote = evidence[0]["quote"] if evidence else found["reason"]
        if found["evidence"] == [] and found["near_miss"]:
            quote = f"nearest: {quote}"
        at = clock(found["at"]) if found["at"] is not None else ""
        table.add_row(found["rule"], found["title"], Text(name, style=style), at, quote)
    console.print(table)


def _show_score(console: Console, card: dict[str, Any] | None) -> None:
    if card is None:
        return
    if card["status"] != "scored":
        console.print(f"not scored: {card['reason']}")
        return
    verdict = "AUTO-FAIL: " + ", ".join(card["auto_fail_items"]) if card["auto_fail"] else ""
    compliance = "" if card["compliance"] is None else f", compliance {card['compliance']:.0f}"
    review = f", {card['needs_review']} for review" if card["needs_review"] else ""
    shown = "none" if card["score"] is None else f"{card['score']:.0f} of 100"
    console.print(f"score {shown}{compliance}{review} {verdict}")
    for section in card["sections"]:
        if section["score"] is not None:
            console.print(f"  {section['title']:<24} {section['score']:>5.0f}")
