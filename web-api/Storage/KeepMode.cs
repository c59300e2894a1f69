namespace Portico.WebApi.Storage;

/// <summary>Whether <c>hp_chat_log</c> and <c>chat</c> are real tables that are kept with every write, or views.</summary>
internal enum KeepMode
{
    /// <summary>Real tables where an old application's table was taken over, or is about to be; else views.</summary>
    Auto,

    /// <summary>Real tables.</summary>
    On,

    /// <summary>Views.</summary>
    Off,
}
