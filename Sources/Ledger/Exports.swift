// The face of the library: who imports Ledger sees the values, keys, answers and events that it speaks of.
@_exported public import LedgerDomain
@_exported public import LedgerLog
@_exported public import LedgerProjections
@_exported public import LedgerSchema
@_exported public import MerkleTree
