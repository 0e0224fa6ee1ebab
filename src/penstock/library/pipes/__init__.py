"""Pipes: external processes that receive a step's context and report what they made."""
