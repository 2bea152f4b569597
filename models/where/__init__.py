"""Compile `where` (form 6): which assertions of a fact a definition means.

A missing field satisfies nothing but `exists: false`.
"""

from models.where.clause import CompiledWhere, FieldTest, compile_where

__all__ = ["CompiledWhere", "FieldTest", "compile_where"]
