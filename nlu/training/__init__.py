"""Training data: what it is and how Rasa 3 YAML and CSV files are read into it."""

from nlu.training.csv_reader import read_csv
from nlu.training.data import Example, Regex, TrainingData
from nlu.training.rasa_yaml import read_rasa_yaml
from nlu.training.read import read_training_data

__all__ = [
    "Example",
    "Regex",
    "TrainingData",
    "read_csv",
    "read_rasa_yaml",
    "read_training_data",
]
