"""Makes the example importable as it is when one works in its folder."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "examples" / "glucose"))
