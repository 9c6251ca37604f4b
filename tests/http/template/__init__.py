# SPDX-License-Identifier: MIT
"""A client that was written for the FastAPI template, and knows nothing of what Inferkeep added."""
