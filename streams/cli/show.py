"""The command that shows tiendo at work: `demo`."""

import typer


def demo() -> None:
    """Watch five provinces' plans move: simulated events through the whole pipeline, on services of its own.

    On a terminal it goes on until Ctrl-C; elsewhere it ends by itself.
    """
    import asyncio

    from streams.cli.demonstration import demonstrate
    from streams.cli.operate import configure_quiet_logs

    configure_quiet_logs()
    try:
        asyncio.run(demonstrate())
    except KeyboardInterrupt as stop:  # how a person ends it, and no failure
        raise typer.Exit from stop
