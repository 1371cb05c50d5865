# What is done by dialling codes.
