"""The one border where errors become messages on standard error and exit codes.

Owns the table of exit codes. A user's mistake and an outage are one message each; the traceback of
user code begins at the user's frame. Anything else is our bug: its traceback goes into a file.
"""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Callable
from enum import IntEnum

import click

from penstock.base.secrets import masked
from penstock.errors import (
    BugError,
    ExecutionInterruptedError,
    LoadError,
    OutageError,
    PenstockError,
    UsageError,
    UserCodeExecutionError,
)


class ExitCode(IntEnum):
    """What the process tells its caller."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NOTHING_TO_RESUME = 3
    OUTAGE = 4
    BUG = 70
    INTERRUPTED = 130


EXIT_CODES = {
    ExitCode.OK: "done",
    ExitCode.FAILED: "the work failed",
    ExitCode.USAGE: "wrong arguments or definitions",
    ExitCode.NOTHING_TO_RESUME: "nothing to resume",
    ExitCode.OUTAGE: "the store or the disk failed",
    ExitCode.BUG: "a bug in Penstock",
    ExitCode.INTERRUPTED: "interrupted",
}


class NothingToResumeError(UsageError):
    """Nothing is waiting to be resumed."""


_DISK = {
    errno.ENOSPC: "The disk is full. Free some space and run the command again; "
    "what was recorded so far is kept.",
    errno.EDQUOT: "Your disk quota is used up. Free some space and run the command again.",
    errno.EROFS: "The disk is read-only. Set PENSTOCK_HOME to a folder that can be written.",
    errno.EACCES: "Permission denied. Allow access to it, or set PENSTOCK_HOME to another folder.",
}


def run_guarded(action: Callable[[], object]) -> int:
    """Run a command; print its error if it raises one, and return the exit code."""
    try:
        outcome = action()
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt, ExecutionInterruptedError):
        _say("Interrupted.")
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # The reader of our output is gone, as in `penstock logs ... | head`: nobody is to be told.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OK
    except Exception as error:  # noqa: BLE001 - the outermost border of the process
        return explain(error)
    return outcome if isinstance(outcome, int) else ExitCode.OK


def explain(error: Exception) -> int:
    """Print what an error means to the user, and return its exit code."""
    match error:
        case BugError():
            return _tell_bug(error)
        case OutageError():
            return _tell(error, ExitCode.OUTAGE)
        case NothingToResumeError():
            return _tell(error, ExitCode.NOTHING_TO_RESUME)
        case LoadError():
            _say(error.user_traceback.rstrip())
            return _tell(error, ExitCode.USAGE)
        case UserCodeExecutionError():
            raised = error.user_exception
            _say("".join(traceback.format_exception(raised)).rstrip())
            return _tell(error, ExitCode.FAILED)
        case UsageError():
            return _tell(error, ExitCode.USAGE)
        case PenstockError():
            return _tell(error, ExitCode.FAILED)
        case OSError() if error.errno in _DISK:
            place = f" ({error.filename})" if error.filename else ""
            _say(f"Error: {_DISK[error.errno]}{place}")
            return ExitCode.OUTAGE
        case _:
            return _tell_bug(error)


def _tell(error: PenstockError, code: ExitCode) -> int:
    message = str(error) or (type(error).__doc__ or "").strip()
    _say("\n".join([f"Error: {message}", *getattr(error, "__notes__", ())]))
    return code


def _tell_bug(error: Exception) -> int:
    from penstock.cli.crash import write_traceback  # noqa: PLC0415 - only a bug pays for it

    path = write_traceback(masked("".join(traceback.format_exception(error))))
    where = f"The details are in {path}; please" if path else "Please"
    _say(
        f"Error: This is a bug in Penstock, not in your code: {type(error).__name__}: {error}\n"
        f"{where} report it with what you ran."
    )
    return ExitCode.BUG


def _say(text: str) -> None:
    if text:
        click.echo(masked(text), err=True)
