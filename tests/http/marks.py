# SPDX-License-Identifier: MIT
"""Which tests are of one kind of database alone. Apart from databases.py, which programs use that have no pytest."""

import pytest

from databases import KIND

sqlite_only = pytest.mark.skipif(KIND != "sqlite", reason="of a file, which one program has to itself")
postgres_only = pytest.mark.skipif(KIND != "postgres", reason="of a database that several programs share")
