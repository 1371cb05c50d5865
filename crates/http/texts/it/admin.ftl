# The administrator's pages.
