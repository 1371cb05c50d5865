# What an operator does with a conversation.
