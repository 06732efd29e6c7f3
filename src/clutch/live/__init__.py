"""Live: what happens reaches open pages at once, in order and without gaps.

`tail` follows the log, `hub` passes news on to listeners, a transport (`web.pages.live`) carries
frames to one listener. Nothing here is kept: the log is what a listener resumes from.
"""
