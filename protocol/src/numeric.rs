//! The numerics that answer the commands, as modern.ircdocs.horse numbers and names them ("Numerics").
//!
//! Only what they stand for is here; their parameters are with whoever sends or reads them.

/// Registered; the words greet.
pub const RPL_WELCOME: &str = "001";
/// The server's name and version.
pub const RPL_YOURHOST: &str = "002";
/// Since when the server runs.
pub const RPL_CREATED: &str = "003";
/// The server's name, version and modes, for programs.
pub const RPL_MYINFO: &str = "004";
/// What the server supports, in tokens.
pub const RPL_ISUPPORT: &str = "005";
/// STATS: how often a command was used.
pub const RPL_STATSCOMMANDS: &str = "212";
/// STATS: a name or account that is banned from the server.
pub const RPL_STATSKLINE: &str = "216";
/// The end of STATS.
pub const RPL_ENDOFSTATS: &str = "219";
/// One's own user modes.
pub const RPL_UMODEIS: &str = "221";
/// STATS: addresses that are banned from the server.
pub const RPL_STATSDLINE: &str = "225";
/// STATS: for how long the server has run.
pub const RPL_STATSUPTIME: &str = "242";
/// STATS: somebody who may become operator.
pub const RPL_STATSOLINE: &str = "243";
/// How many people there are.
pub const RPL_LUSERCLIENT: &str = "251";
/// How many operators are there.
pub const RPL_LUSEROP: &str = "252";
/// How many connections are not yet registered.
pub const RPL_LUSERUNKNOWN: &str = "253";
/// How many rooms there are.
pub const RPL_LUSERCHANNELS: &str = "254";
/// How many people this server has.
pub const RPL_LUSERME: &str = "255";
/// The beginning of ADMIN.
pub const RPL_ADMINME: &str = "256";
/// ADMIN: the place.
pub const RPL_ADMINLOC1: &str = "257";
/// ADMIN: more about the place.
pub const RPL_ADMINLOC2: &str = "258";
/// ADMIN: how to reach who runs the server.
pub const RPL_ADMINEMAIL: &str = "259";
/// A command was left out for now.
pub const RPL_TRYAGAIN: &str = "263";
/// How many people this server has, and had at most.
pub const RPL_LOCALUSERS: &str = "265";
/// How many people the network has, and had at most.
pub const RPL_GLOBALUSERS: &str = "266";
/// WHOIS: the key that they showed.
pub const RPL_WHOISCERTFP: &str = "276";
/// Somebody is away, with their words.
pub const RPL_AWAY: &str = "301";
/// People with their hosts, for USERHOST.
pub const RPL_USERHOST: &str = "302";
/// Those of the named who are there.
pub const RPL_ISON: &str = "303";
/// One is no longer away.
pub const RPL_UNAWAY: &str = "305";
/// One is away now.
pub const RPL_NOWAWAY: &str = "306";
/// WHOIS: nick, user, host and realname.
pub const RPL_WHOISUSER: &str = "311";
/// WHOIS: the server they are on.
pub const RPL_WHOISSERVER: &str = "312";
/// WHOIS: they are an operator of the server.
pub const RPL_WHOISOPERATOR: &str = "313";
/// WHOWAS: nick, user, host and realname.
pub const RPL_WHOWASUSER: &str = "314";
/// The end of WHO.
pub const RPL_ENDOFWHO: &str = "315";
/// WHOIS: how long idle, and since when there.
pub const RPL_WHOISIDLE: &str = "317";
/// The end of WHOIS.
pub const RPL_ENDOFWHOIS: &str = "318";
/// WHOIS: rooms that the asker may know of.
pub const RPL_WHOISCHANNELS: &str = "319";
/// WHOIS: something of note, in words.
pub const RPL_WHOISSPECIAL: &str = "320";
/// The beginning of LIST.
pub const RPL_LISTSTART: &str = "321";
/// LIST: one room, how many are in it, and its topic.
pub const RPL_LIST: &str = "322";
/// The end of LIST.
pub const RPL_LISTEND: &str = "323";
/// A room's modes.
pub const RPL_CHANNELMODEIS: &str = "324";
/// When a room was made.
pub const RPL_CREATIONTIME: &str = "329";
/// WHOIS: the account they are signed in to.
pub const RPL_WHOISACCOUNT: &str = "330";
/// A room has no topic.
pub const RPL_NOTOPIC: &str = "331";
/// A room's topic.
pub const RPL_TOPIC: &str = "332";
/// Who set a room's topic, and when.
pub const RPL_TOPICWHOTIME: &str = "333";
/// WHOIS: they are a program.
pub const RPL_WHOISBOT: &str = "335";
/// A room that one is invited into.
pub const RPL_INVITELIST: &str = "336";
/// The end of the rooms that one is invited into.
pub const RPL_ENDOFINVITELIST: &str = "337";
/// WHOIS: their address, for those who may know.
pub const RPL_WHOISACTUALLY: &str = "338";
/// Somebody was invited.
pub const RPL_INVITING: &str = "341";
/// A mask of those who need no invitation.
pub const RPL_INVEXLIST: &str = "346";
/// The end of those who need no invitation.
pub const RPL_ENDOFINVEXLIST: &str = "347";
/// A mask of those whom no ban meets.
pub const RPL_EXCEPTLIST: &str = "348";
/// The end of those whom no ban meets.
pub const RPL_ENDOFEXCEPTLIST: &str = "349";
/// The server's version.
pub const RPL_VERSION: &str = "351";
/// One person of WHO.
pub const RPL_WHOREPLY: &str = "352";
/// Members of a room.
pub const RPL_NAMREPLY: &str = "353";
/// One person of WHO with chosen fields.
pub const RPL_WHOSPCRPL: &str = "354";
/// A server of the network.
pub const RPL_LINKS: &str = "364";
/// The end of LINKS.
pub const RPL_ENDOFLINKS: &str = "365";
/// The end of NAMES.
pub const RPL_ENDOFNAMES: &str = "366";
/// A mask that is banned from a room.
pub const RPL_BANLIST: &str = "367";
/// The end of a room's bans.
pub const RPL_ENDOFBANLIST: &str = "368";
/// The end of WHOWAS.
pub const RPL_ENDOFWHOWAS: &str = "369";
/// One line of INFO.
pub const RPL_INFO: &str = "371";
/// One line of the message of the day.
pub const RPL_MOTD: &str = "372";
/// The end of INFO.
pub const RPL_ENDOFINFO: &str = "374";
/// The beginning of the message of the day.
pub const RPL_MOTDSTART: &str = "375";
/// The end of the message of the day.
pub const RPL_ENDOFMOTD: &str = "376";
/// WHOIS: where they connect from, for those who may know.
pub const RPL_WHOISHOST: &str = "378";
/// WHOIS: their user modes, for those who may know.
pub const RPL_WHOISMODES: &str = "379";
/// One is operator of the server now.
pub const RPL_YOUREOPER: &str = "381";
/// The settings are read again.
pub const RPL_REHASHING: &str = "382";
/// The server's time.
pub const RPL_TIME: &str = "391";
/// A command failed for a reason that has no number.
pub const ERR_UNKNOWNERROR: &str = "400";
/// There is nobody, or nothing, of that name.
pub const ERR_NOSUCHNICK: &str = "401";
/// There is no server of that name.
pub const ERR_NOSUCHSERVER: &str = "402";
/// There is no room of that name, or it is none.
pub const ERR_NOSUCHCHANNEL: &str = "403";
/// One may not speak in that room.
pub const ERR_CANNOTSENDTOCHAN: &str = "404";
/// One is in as many rooms as one may be.
pub const ERR_TOOMANYCHANNELS: &str = "405";
/// There was nobody of that name.
pub const ERR_WASNOSUCHNICK: &str = "406";
/// A command names too many targets.
pub const ERR_TOOMANYTARGETS: &str = "407";
/// A PING or PONG says nothing.
pub const ERR_NOORIGIN: &str = "409";
/// There is no such subcommand of CAP.
pub const ERR_INVALIDCAPCMD: &str = "410";
/// A message names nobody.
pub const ERR_NORECIPIENT: &str = "411";
/// A message has no text.
pub const ERR_NOTEXTTOSEND: &str = "412";
/// A line is longer than allowed.
pub const ERR_INPUTTOOLONG: &str = "417";
/// There is no such command.
pub const ERR_UNKNOWNCOMMAND: &str = "421";
/// There is no message of the day.
pub const ERR_NOMOTD: &str = "422";
/// A command lacks the nick.
pub const ERR_NONICKNAMEGIVEN: &str = "431";
/// The nick is not allowed.
pub const ERR_ERRONEUSNICKNAME: &str = "432";
/// Somebody has that nick.
pub const ERR_NICKNAMEINUSE: &str = "433";
/// They are not in that room.
pub const ERR_USERNOTINCHANNEL: &str = "441";
/// One is not in that room.
pub const ERR_NOTONCHANNEL: &str = "442";
/// They are in that room already.
pub const ERR_USERONCHANNEL: &str = "443";
/// Registration comes first.
pub const ERR_NOTREGISTERED: &str = "451";
/// A command lacks parameters.
pub const ERR_NEEDMOREPARAMS: &str = "461";
/// Registration cannot be done again.
pub const ERR_ALREADYREGISTERED: &str = "462";
/// The password is wrong.
pub const ERR_PASSWDMISMATCH: &str = "464";
/// One is banned from the server.
pub const ERR_YOUREBANNEDCREEP: &str = "465";
/// The room is found under another name.
pub const ERR_LINKCHANNEL: &str = "470";
/// The room is full.
pub const ERR_CHANNELISFULL: &str = "471";
/// There is no such mode of a room.
pub const ERR_UNKNOWNMODE: &str = "472";
/// The room is entered by invitation only.
pub const ERR_INVITEONLYCHAN: &str = "473";
/// One is banned from the room.
pub const ERR_BANNEDFROMCHAN: &str = "474";
/// The room's key is another.
pub const ERR_BADCHANNELKEY: &str = "475";
/// The room's name is not allowed.
pub const ERR_BADCHANMASK: &str = "476";
/// One has to sign in first.
pub const ERR_NEEDREGGEDNICK: &str = "477";
/// The room's list holds no more.
pub const ERR_BANLISTFULL: &str = "478";
/// Only operators of the server may do this.
pub const ERR_NOPRIVILEGES: &str = "481";
/// One is no operator of the room.
pub const ERR_CHANOPRIVSNEEDED: &str = "482";
/// The server cannot be ended this way.
pub const ERR_CANTKILLSERVER: &str = "483";
/// Nobody can become operator from there.
pub const ERR_NOOPERHOST: &str = "491";
/// There is no such mode of people.
pub const ERR_UMODEUNKNOWNFLAG: &str = "501";
/// One can change only one's own modes.
pub const ERR_USERSDONTMATCH: &str = "502";
/// There is no help on that.
pub const ERR_HELPNOTFOUND: &str = "524";
/// The key of a room is not allowed.
pub const ERR_INVALIDKEY: &str = "525";
/// WHOIS: they are connected under TLS.
pub const RPL_WHOISSECURE: &str = "671";
/// A mode's parameter is not allowed.
pub const ERR_INVALIDMODEPARAM: &str = "696";
/// The beginning of HELP.
pub const RPL_HELPSTART: &str = "704";
/// One line of HELP.
pub const RPL_HELPTXT: &str = "705";
/// The end of HELP.
pub const RPL_ENDOFHELP: &str = "706";
/// MONITOR: these are there.
pub const RPL_MONONLINE: &str = "730";
/// MONITOR: these are not there.
pub const RPL_MONOFFLINE: &str = "731";
/// MONITOR: whom one watches.
pub const RPL_MONLIST: &str = "732";
/// The end of whom one watches.
pub const RPL_ENDOFMONLIST: &str = "733";
/// One cannot watch more people.
pub const ERR_MONLISTFULL: &str = "734";
/// WHOIS: a value of theirs under a key.
pub const RPL_WHOISKEYVALUE: &str = "760";
/// METADATA: a value under a key.
pub const RPL_KEYVALUE: &str = "761";
/// METADATA: there is no value under a key.
pub const RPL_KEYNOTSET: &str = "766";
/// METADATA: keys that one is subscribed to now.
pub const RPL_METADATASUBOK: &str = "770";
/// METADATA: keys that one is no longer subscribed to.
pub const RPL_METADATAUNSUBOK: &str = "771";
/// METADATA: keys that one is subscribed to, as asked for.
pub const RPL_METADATASUBS: &str = "772";
/// METADATA: values are to be asked for later.
pub const RPL_METADATASYNCLATER: &str = "774";
/// One is signed in now.
pub const RPL_LOGGEDIN: &str = "900";
/// One is no longer signed in.
pub const RPL_LOGGEDOUT: &str = "901";
/// SASL succeeded.
pub const RPL_SASLSUCCESS: &str = "903";
/// SASL failed.
pub const ERR_SASLFAIL: &str = "904";
/// A SASL message was too long.
pub const ERR_SASLTOOLONG: &str = "905";
/// SASL was given up.
pub const ERR_SASLABORTED: &str = "906";
/// One is signed in already.
pub const ERR_SASLALREADY: &str = "907";
/// The SASL mechanisms there are.
pub const RPL_SASLMECHS: &str = "908";
