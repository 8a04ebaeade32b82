"""The private SQLite of the tests themselves."""

import subprocess
import sys
from pathlib import Path

SAY_WHERE = "import os; print(os.environ['DATABASE_URL']); raise SystemExit(3)"


def test_the_exit_code_is_passed_on_and_the_folder_is_removed() -> None:
    wrapper = subprocess.run(
        [sys.executable, "-m", "tests.services.sqlite", "--", sys.executable, "-c", SAY_WHERE],
        capture_output=True,
        text=True,
        check=False,
    )
    assert wrapper.returncode == 3
    path = Path(wrapper.stdout.strip().removeprefix("sqlite:///"))
    assert path.is_absolute()
    assert not path.parent.exists()
