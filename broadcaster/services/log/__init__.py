"""The play log: entries appended and verified, proofs, evidence, the log book."""
