"""`python -m penstock.cli`: the command line without its script on the path."""

from penstock.cli.main import main

if __name__ == "__main__":
    main()
