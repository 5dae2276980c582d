"""What a skill is given and what it gives back; the state that a conversation keeps."""
