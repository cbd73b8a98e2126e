"""Whether a data set is what its card says: files, columns, rows drawn again, plan, journal, ledger."""
