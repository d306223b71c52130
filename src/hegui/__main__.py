"""`python -m hegui` is the command `hegui`."""

from hegui.faces.cli import main

if __name__ == "__main__":
    main()
