"""Everything that decides: pure functions of facts and `now`, and one machine for a run.

Nothing here reads a clock, a store or the environment. Around each decider is a short loop in a
higher layer that reads facts, asks, and carries out the answer.
"""
