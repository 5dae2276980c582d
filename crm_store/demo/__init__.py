"""The demo retailer 「禾光生活 Heguang Living」: made-up exports, and loading them.

`load` is the front door; `crm_store.demo.generator.write_files` makes the files alone.
"""

from crm_store.demo.loading import load

__all__ = ["load"]
