using Portico.Gateway.Connections;

namespace Portico.Gateway.Workers;

/// <summary>The clients that are not read because the link they feed is full. Nobody else's reading stops.</summary>
internal sealed class LinkFeeders
{
    private readonly Dictionary<IWorkerLink, List<ClientBinding>> _paused = [];

    /// <summary>Stops reading a client; false when that is so already.</summary>
    public bool TryPause(ClientBinding binding, IWorkerLink link)
    {
        if (binding.Paused)
        {
            return false;
        }

        if (!_paused.TryGetValue(link, out var feeders))
        {
            feeders = [];
            _paused.Add(link, feeders);
        }

        binding.Paused = true;
        feeders.Add(binding);
        binding.Client.PauseReading(PauseCause.WorkerFull);
        return true;
    }

    /// <summary>Reads the clients of a link again.</summary>
    public void Resume(IWorkerLink link)
    {
        if (!_paused.Remove(link, out var feeders))
        {
            return;
        }

        foreach (var binding in feeders)
        {
            binding.Paused = false;
            binding.Client.ResumeReading(PauseCause.WorkerFull);
        }
    }
}
