"""Why does a case get its risk, how sure is that, and which other cases are like it?"""
