# Beside every device test: asserting that something is refused, in which words.


def raises(kind, words, function, *args, **kwargs):
    try:
        function(*args, **kwargs)
    except Exception as error:
        if type(error) is kind and str(error) == words:
            return
        raise AssertionError("expected %s: %s\nfound %r" % (kind.__name__, words, error))
    raise AssertionError("nothing raised; expected %s: %s" % (kind.__name__, words))


def skip(reason):
    print("SKIP " + reason)
    raise SystemExit
