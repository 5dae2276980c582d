"""Whoever only speaks of the store does not pay for its database."""

import subprocess
import sys


def test_the_port_loads_no_database_library() -> None:
    program = (
        "import sys, crm_store.ports, crm_store.errors\n"
        "print([name for name in ('sqlalchemy', 'alembic', 'argon2') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
