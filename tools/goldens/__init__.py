# SPDX-License-Identifier: Apache-2.0
"""Parts of tools/make_goldens.py: tiny random checkpoints and what the reference says about them."""
