"""Write what `onrecord try` prints into README.md, long lines folded. A test fails when README shows something else.

python tests/transcript.py
"""

import re
import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"(?<=<!-- transcript: try -->\n```text\n).*?(?=```)", re.DOTALL)


def folded(line: str) -> str:
    margin = " " * (len(line) - len(line.lstrip()))
    return textwrap.fill(line, 108, subsequent_indent=margin, break_on_hyphens=False, break_long_words=False)


if __name__ == "__main__":
    tried = subprocess.run(
        [sys.executable, "-m", "bot.cli", "try"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    transcript = "".join(folded(line) + "\n" for line in tried.stdout.splitlines())
    readme = ROOT / "README.md"
    readme.write_text(BLOCK.sub(lambda _: transcript, readme.read_text(encoding="utf-8")), encoding="utf-8")
