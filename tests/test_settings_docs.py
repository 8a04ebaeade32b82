import re
from pathlib import Path

FOLDER = Path(__file__).parent.parent


def names_in(*paths: str) -> set[str]:
    text = "".join((FOLDER / path).read_text() for path in paths)
    return set(re.findall(r'\benv\.\w+\(\s*"([A-Z_]+)"', text))


def test_every_setting_is_documented_and_no_other() -> None:
    documented = re.findall(r"^### `([A-Z_]+)`$", (FOLDER / "docs/settings.md").read_text(), re.M)
    assert len(documented) == len(set(documented))
    assert set(documented) == names_in("ask/settings.py", "ask/env.py")
