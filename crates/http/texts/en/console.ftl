# The operator's page.
