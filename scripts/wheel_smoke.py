"""Build the wheel, install it alone into a clean environment, and use it there."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from zipfile import ZipFile

SMOKE = """
import sys
import khqr
from khqr.errors import MissingDependency

code = khqr.Merchant(
    bakong_account_id="khqr@devb",
    merchant_name="Demo Coffee",
    merchant_id="000123",
    acquiring_bank="Dev Bank",
)
payload = khqr.encode(code)
assert khqr.decode(payload) == code
assert khqr.check(payload).ok and khqr.verify(payload)
outside = {"segno", "PIL", "zxingcpp", "pyzbar", "click", "rich", "jinja2"} & set(sys.modules)
assert not outside, outside
try:
    from khqr.image import symbol

    symbol.svg(payload)
except MissingDependency as missing:
    assert "khqr[image]" in str(missing)
else:
    raise SystemExit("segno should not be here")
print("wheel works alone:", khqr.__version__)
"""


def main() -> None:
    """Raise if the wheel lacks a file or does not work by itself."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-m", "build", "--wheel", "--outdir", folder],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        (wheel,) = Path(folder).glob("*.whl")
        names = ZipFile(wheel).namelist()
        assert "khqr/py.typed" in names, names
        assert not [name for name in names if name.startswith("tests")], names
        home = Path(folder, "venv")
        venv.create(home, with_pip=True)
        python = home / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "-q", "--no-deps", wheel], check=True)
        subprocess.run([python, "-I", "-c", SMOKE], check=True, cwd=folder)
        result = subprocess.run(
            [home / "bin" / "khqr", "--help"], capture_output=True, text=True, check=False
        )
        assert result.returncode == 2, result
        assert "khqr[cli]" in result.stderr, result.stderr


main()
