# The supervisor's pages.
