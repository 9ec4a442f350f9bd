"""Looking at a check-in and answering: did this person make it, at that time; is the place so?"""
