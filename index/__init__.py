"""Article text in, ranked and attributed quotations out. Plain synchronous Python that knows nothing of Discord.

In:  file or page -> `index.sources` -> Draft -> Archive.add -> sentences + attributions -> passages -> store
Out: a question -> Archive.ask -> followup -> search (meaning + words) -> reader -> Answer | Abstention

    from index.archive import Archive
    with Archive.open(folder) as archive:
        archive.add(draft)
        match archive.ask("How many containers were shipped?"):
            case Answer(hits=hits): ...
            case Abstention(reason=reason, nearest=nearest): ...

`index.archive` is the only module that knows all others; it brings in the encoder, so it is not imported here.
"""
