% rebase("layout.tpl", title=say("One moment"), here="accounts")
<p class="panel"><a class="button primary" href="{{visitor.base}}{{place}}">{{say("Continue")}}</a></p>
