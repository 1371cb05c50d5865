# What is said of requests.
