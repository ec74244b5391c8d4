% rebase("layout.tpl", title=say("Sign in"), here="accounts")
<form class="panel stack" method="post" action="{{url("/auth/login")}}">
  <h1>{{say("Sign in")}}</h1>
% if told:
  <p class="notice error" role="alert">{{told[0]}} {{told[1]}}</p>
% end
  <input type="hidden" name="next" value="{{place}}">
  <div class="field">
    <label for="token">{{say("Admin token")}}</label>
    <input id="token" name="token" type="password" required autocomplete="current-password" autocapitalize="off" spellcheck="false" aria-describedby="token-help">
% if made:
    <small id="token-help">{{say("It was made when the dashboard started and stands in its log, within a link to open.")}}</small>
% else:
    <small id="token-help">{{say("It was set by whoever started the dashboard.")}}</small>
% end
  </div>
  <div class="actions"><button class="button primary">{{say("Sign in")}}</button></div>
</form>
