"""What extenders test their own parts with: conformance suites and state machines.

Nothing that ships imports it. The suites need pytest and Hypothesis.
"""
