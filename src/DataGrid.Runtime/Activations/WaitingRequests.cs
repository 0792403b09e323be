namespace DataGrid.Runtime;

/// <summary>The requests that wait, in their order. Taking the first is cheap however many wait, and so is knowing that none may interleave.</summary>
internal sealed class WaitingRequests
{
    private readonly List<IRequest?> _items = [];
    private int _head;
    private int _interleaving;

    public int Count => _items.Count - _head;

    /// <summary>Whether one of them may run beside others, by its own attributes.</summary>
    public bool AnyMayInterleave => _interleaving > 0;

    public IRequest this[int index] => _items[_head + index]!;

    public void Add(IRequest request)
    {
        _items.Add(request);
        if (MayInterleave(request))
            _interleaving++;
    }

    public IRequest Take(int index)
    {
        var request = this[index];
        if (MayInterleave(request))
            _interleaving--;
        if (index > 0)
        {
            _items.RemoveAt(_head + index);
            return request;
        }

        _items[_head++] = null;
        // The empty places in front are given back once they are the greater part.
        if (_head > 32 && _head > _items.Count / 2)
        {
            _items.RemoveRange(0, _head);
            _head = 0;
        }

        return request;
    }

    public IRequest[] TakeAll()
    {
        IRequest[] all = [.. _items.Skip(_head).Cast<IRequest>()];
        _items.Clear();
        _head = 0;
        _interleaving = 0;
        return all;
    }

    private static bool MayInterleave(IRequest request) => request.AlwaysInterleave || request.ReadOnly;
}
