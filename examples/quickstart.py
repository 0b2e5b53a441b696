"""A library of papers in ten lines, beside papers.bib and questions.jsonl: see docs/python.md."""

from rag import Library, Statement

with Library("my-index", llm="none") as library:
    print(library.add("papers.bib"))
    for hit in library.search("which papers speed up diffusion depth?", top=3):
        print(f"{hit.probability:.2f}  {hit.paper.title}: {hit.best}")
    answer = library.ask("which papers speed up diffusion depth?")
    print([(citation.paper.title, citation.quote) for citation in answer.citations])
    print([event.text for event in library.stream("how are corals counted?") if isinstance(event, Statement)])
    print(library.evaluate("questions.jsonl")["nDCG@10"])
    print(library.export(answer, "bib"))
