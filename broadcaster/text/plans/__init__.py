"""An office's plan document into proposals, each beside the line that it comes from; a person confirms them."""

from broadcaster.text.plans.proposals import PlanReading, Proposal, ProposalKind
from broadcaster.text.plans.reading import read_plan

__all__ = ["PlanReading", "Proposal", "ProposalKind", "read_plan"]
