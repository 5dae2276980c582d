"""What Huike adds to Rasa: the native engine's view of a sentence, and a name for every model.

This package runs inside Rasa, on its Python 3.10 and its old numpy, named by `config.yml`. Of
Huike it imports only what needs nothing but the standard library and opencc.
"""
