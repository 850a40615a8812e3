# SPDX-License-Identifier: Apache-2.0
"""Those whom one meets: strangers who may need help, and people of the village with their trades."""
STRANGERS = (("rabbit", "she"), ("hedgehog", "he"), ("donkey", "he"), ("sparrow", "she"), ("old man", "he"), ("old woman", "she"), ("beggar", "he"),
             ("lamb", "she"), ("puppy", "he"), ("kitten", "she"),
             ("goose", "she"), ("young bear", "he"), ("traveller", "she"), ("deer", "he"), ("pedlar", "he"), ("squirrel", "he"), ("tortoise", "he"),
             ("little girl", "she"), ("little boy", "he"), ("soldier", "he"))
OWNERS = (("miller", "he"), ("baker", "she"), ("farmer", "she"), ("weaver", "he"), ("old sailor", "he"), ("beekeeper", "she"), ("shopkeeper", "he"),
          ("tailor", "he"), ("cook", "she"), ("teacher", "she"), ("ferryman", "he"), ("postman", "he"),
          ("gardener", "she"), ("shepherd", "he"), ("doctor", "she"), ("fisherman", "he"), ("shoemaker", "he"), ("painter", "she"))
